/* SPDX-License-Identifier: MIT */
#ifndef PLAYED_DATA_H
#define PLAYED_DATA_H

/* The static data of what was compiled with section.h become what they were when this was called first. */
void played_data_put_back(void);

#endif
