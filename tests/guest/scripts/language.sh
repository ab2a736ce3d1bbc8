# SPDX-License-Identifier: MIT
# Every part of the shell's language once; language.out is what another POSIX shell prints.
echo hello world | cat | wc -c | { read n rest; echo $n; }
X=5; Y="a  b"; echo $X "$Y" $Y '$X' \$X "\"q\""
for i in 1 2 3; do echo n$i; if [ $i = 2 ]; then continue; fi; echo after $i; done
i=; while [ "$i" != xxx ]; do i=x$i; echo "<$i>"; done
mkdir /tmp.language; cd /tmp.language; touch a.c b.c .c
echo *.c; echo "*.c" '*'.c \*.c; echo [ab].? none*
false || echo or; true && echo and; ! false && echo not
(cd /bin; pwd); pwd
echo out > f; echo more >> f; cat < f; ls nonexist 2>/dev/null; [ $? -ne 0 ] && echo failed
ls nonexist 2>&1 | wc -l | { read n rest; echo $n; }
nosuchcmd 2>/dev/null; echo $?
./f 2>/dev/null; echo $?
sh -c 'exit 7'; echo $?
sleep 0.05 & wait $!; echo w$?
sh -c 'exit 9' & wait $!; echo w$?
sh -c 'kill -9 $$'; echo $?
set -- a "b c" d; for x; do echo "[$x]"; done; echo $# "$@"; shift; echo $1; for x in "$@"; do echo "($x)"; done
echo ${UN:-def} ${#Y} $(echo sub $(echo nested)) `echo back`
if false; then echo a; elif true; then echo b; else echo c; fi
{ echo g1; echo g2; } > g; cat g
read a b < g; echo "$a/$b"
while read line; do echo "line $line"; done < f
for i in 1 2; do for j in 1 2; do [ $j = 2 ] && break 2; echo $i$j; done; done
E1=v sh -c 'echo $E1'; echo "[$E1]"
export E2=w; sh -c 'echo $E2'; unset E2; sh -c 'echo [$E2]'
until [ -f h ]; do touch h; done; ls
test 3 -gt 2 -a ! -d nosuch && echo tested
echo x >&2 2>/dev/null; echo 1>&2 2>&1 | cat
(exit 4); echo $?; (echo sub; exit 5) | cat; echo $?
echo a;echo b&wait
yes | head -n 2
cat <&- 2>/dev/null; [ $? -ne 0 ] && echo closed
printed="$(seq 3)"; echo "$printed"; echo $printed
exec 3> k; echo three >&3; exec 3>&-; cat k
sh -c 'echo "$0" "$1" $#' name one two
for w in one.c "two words" three.h -x ''; do
	case $w in
	(*.c|*.h) echo "source $w";;
	*\ *) echo "spaced $w" ;;
	-?) echo option;;
	"") echo empty
	esac
done
case abc in b) echo no;; esac; echo case $?
f() { echo "f $# $1 $*"; local v=inner; V=$1; return 4; echo not reached; }
v=outer; f "x y" z; echo $? "$v" "$V" "$#"
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }
fact 10; f() { echo anew; }; f | cat; (f; exit 2); echo $?; f > k; cat k; unset -f f; f 2>/dev/null; echo $?
loop() { while :; do for i in 1 2 3; do [ $i = 2 ] && return 7; done; done; }
loop; echo loop $? $i
cat <<END; cat <<'RAW' | wc -l | { read n rest; echo $n; }
value $V $((6 * 7)) $(echo sub) \$V "quoted" \
joined
END
a
$b
RAW
if true; then
	cat <<-E
	tabs go
		all of them
	E
fi
i=0; while [ $((i += 1)) -le 3 ]; do echo "i $i $((i * i % 3))"; done
P=/usr/lib/file.tar.gz; echo ${P##*/} ${P%/*} ${P%%.*} ${P#*.} ${P%.gz} ${NEW:=made} $NEW ${NEW:+other}
IFS=:; set -- $P:a::b; echo $#; for x; do echo "<$x>"; done; unset IFS
printf '%s-%d\n' one 1 two 2; printf 'a\tb\\n%%%5.1f|%-4s|%x\n' 2.25 ab 255
echo "a:b:c d" | { IFS=: read x y z; echo "$z $y $x"; }
eval 'echo "e $V"; E=5'; echo $E; command -v echo; command -v nosuch || echo none
(set -e; false || true; if false; then :; fi; ! true; echo still; false; echo not reached); echo set $?
sh -e -c 'f() { false; echo kept; }; f || echo other; (exit 3); echo no'; echo $?
set -x; echo traced 2>/dev/null; set +x
sh -c 'echo ${UNSET_VALUE:?must be there}; echo no' 2>/dev/null; echo $?
x=5; x=$((x + 1)) sh -c 'echo $x'; echo $x
echo one >f; echo two >>f; echo three >|f; cat f
if true; then
	echo lines \
		joined
fi # a comment
cd ..; rm -r /tmp.language; ls /tmp.language 2>/dev/null || echo gone
exit 3
