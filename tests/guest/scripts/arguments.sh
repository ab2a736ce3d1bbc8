#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows the arguments it was given.
echo $# "<$1>" "<$2>" "<$3>"
exit 6
