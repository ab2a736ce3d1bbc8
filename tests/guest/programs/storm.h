/* SPDX-License-Identifier: MIT */
/* The parts of storm: each prepares its requests, calls ready(), and asks without end. */
#ifndef PROGRAMS_STORM_H
#define PROGRAMS_STORM_H

/* What waits for the storm may begin. */
void ready(void);

/* storm_vast.c */
void versions(void);
void bucket(void);
void readers(void);
void pollers(void);

#endif
