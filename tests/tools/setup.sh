#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes sure that the Debian packages a wish needs are there: setup.sh GROUP... (run test gdb fresh).
# What is missing is named on standard error and installed by apt-get (as root, or by sudo). Status 125 if that fails.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
log=$root/build/setup.log
missing=

need() { # PACKAGE COMMAND...: the command says by its status whether the package is there
	package=$1
	shift
	"$@" >/dev/null 2>&1 || missing="$missing $package"
}
have() { command -v "$1"; }
have_file() { [ -e "$1" ]; }
have_specs() { case $(riscv64-unknown-elf-gcc -print-file-name=picolibc.specs) in /*) ;; *) return 1 ;; esac; }
# The sanitizers' libraries come with the native compiler's own package.
have_native() { have cc && case $(cc -print-file-name=libasan.so) in /*) ;; *) return 1 ;; esac && have_file /usr/include/stdio.h; }
have_fuzzer() { have clang && ls "$(clang -print-runtime-dir)"/libclang_rt.fuzzer-*.a; }

for group in "$@"; do
	case $group in
	run)
		need python3 have /usr/bin/python3
		need meson have meson
		need ninja-build have ninja
		need gcc have_native
		need libc6-dev have_file /usr/include/stdio.h
		need gcc-riscv64-unknown-elf have riscv64-unknown-elf-gcc
		need picolibc-riscv64-unknown-elf have_specs
		need qemu-system-misc have qemu-system-riscv64
		need qemu-system-data have_file /usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin
		need util-linux have flock
		;;
	test)
		need clang-format have clang-format
		need git have git
		need spin have spin
		need clang have clang
		need libclang-rt-14-dev have_fuzzer
		;;
	gdb) need gdb-multiarch have gdb-multiarch ;;
	fresh)
		need debootstrap have /usr/sbin/debootstrap
		need git have git
		;;
	*)
		echo "setup.sh: unknown group $group" >&2
		exit 125
		;;
	esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	if have sudo >/dev/null && sudo -n true 2>/dev/null; then
		as_root="sudo -n"
	elif have sudo >/dev/null && [ -t 0 ]; then
		as_root=sudo
	else
		echo "pagoda: Debian packages are missing; as root type: apt-get update && apt-get install --no-install-recommends$missing" >&2
		exit 125
	fi
fi
echo "pagoda: installing Debian packages:$missing" >&2
mkdir -p "$root/build" || exit 125
apt() { # one at a time, also between several checkouts
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
}
if ! { apt update && apt install -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
	tail -n 20 "$log" >&2
	echo "pagoda: installing failed (whole log: $log); as root type: apt-get update && apt-get install --no-install-recommends$missing" >&2
	exit 125
fi
exit 0
