/* SPDX-License-Identifier: MIT */
/* Commands that the shell does itself: those that change it, and a few that scripts use all the time. */
#include "builtin.h"
#include "shell.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int complain(const char *command, const char *name)
{
	shell_complain("%s: %s: %s", command, name, strerror(errno));
	return 1;
}

static int builtin_true(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int builtin_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

static int builtin_echo(int argc, char **argv)
{
	int first = argc > 1 && strcmp(argv[1], "-n") == 0 ? 2 : 1;

	for (int i = first; i < argc; i++)
		printf("%s%s", i > first ? " " : "", argv[i]);
	if (first == 1)
		putchar('\n');
	return fflush(stdout) == 0 ? 0 : complain("echo", "standard output");
}

static int builtin_cd(int argc, char **argv)
{
	const char *home = variable_get("HOME");
	const char *path = argc > 1 ? argv[1] : home != NULL ? home : "/";
	bool back = strcmp(path, "-") == 0;

	if (back)
		path = variable_get("OLDPWD");
	if (path == NULL || argc > 2) {
		shell_complain("cd: %s", argc > 2 ? "too many arguments" : "OLDPWD is not set");
		return 1;
	}
	char *before = getcwd(NULL, 0);
	if (chdir(path) != 0) {
		free(before);
		return complain("cd", path);
	}
	variable_set("OLDPWD", before, false);
	free(before);
	char *now = getcwd(NULL, 0);
	variable_set("PWD", now, false);
	if (back && now != NULL)
		puts(now);
	free(now);
	return 0;
}

static int builtin_pwd(int argc, char **argv)
{
	char *now = getcwd(NULL, 0);

	(void)argc;
	if (now == NULL)
		return complain(argv[0], ".");
	puts(now);
	free(now);
	return 0;
}

bool builtin_number(const char *command, const char *text, long *number)
{
	char *end;

	*number = strtol(text, &end, 10);
	if (*text == 0 || *end != 0) {
		shell_complain("%s: %s: no number", command, text);
		return false;
	}
	return true;
}

static int builtin_exit(int argc, char **argv)
{
	long status = shell.status;

	if (argc > 1 && !builtin_number("exit", argv[1], &status))
		status = STATUS_SYNTAX;
	shell.exiting = true;
	shell.status = (int)(status & 0xff);
	return shell.status;
}

/* Leave or repeat loops. */
static int skip(int argc, char **argv, bool continuing)
{
	long count = 1;

	if (argc > 1 && (!builtin_number(argv[0], argv[1], &count) || count < 1))
		return 1;
	if (shell.loops == 0)
		return 0;
	shell.skip_loops = count < shell.loops ? (int)count : shell.loops;
	shell.continuing = continuing;
	return 0;
}

static int builtin_break(int argc, char **argv)
{
	return skip(argc, argv, false);
}

static int builtin_continue(int argc, char **argv)
{
	return skip(argc, argv, true);
}

static int builtin_dot(int argc, char **argv)
{
	if (argc != 2) {
		shell_complain("usage: . FILE");
		return STATUS_SYNTAX;
	}
	shell.calls++;
	int status = input_file(argv[1]);
	shell.calls--;
	shell.returning = false;
	return status;
}

static int builtin_exec(int argc, char **argv)
{
	extern char **environ;

	if (argc == 1)
		return 0; /* its redirections stay */
	environ = variables_environment();
	execvp(argv[1], argv + 1);
	int status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUN;
	complain("exec", argv[1]);
	shell.exiting = !shell.interactive;
	shell.status = status;
	return status;
}

static int builtin_history(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	input_history_print();
	return 0;
}

static int builtin_help(int argc, char **argv);

static const struct {
	const char *name;
	builtin_run run;
	const char *help;
} builtins[] = {
	{".", builtin_dot, ". FILE              run the commands of a file here"},
	{":", builtin_true, ":                   nothing"},
	{"[", builtin_test, "[ EXPRESSION ]      as test"},
	{"break", builtin_break, "break [N]           leave N loops"},
	{"cd", builtin_cd, "cd [FOLDER|-]       change the working directory"},
	{"continue", builtin_continue, "continue [N]        go on with the Nth loop"},
	{"command", builtin_command, "command [-v] NAME...  run it, but no function; -v: say what it is"},
	{"echo", builtin_echo, "echo [-n] WORD...   print words"},
	{"eval", builtin_eval, "eval WORD...        run the words as a command"},
	{"exec", builtin_exec, "exec [COMMAND]      become a program; alone: keep redirections"},
	{"exit", builtin_exit, "exit [STATUS]       leave the shell"},
	{"export", builtin_export, "export [NAME[=VALUE]]...  give variables to programs"},
	{"false", builtin_false, "false               fail"},
	{"help", builtin_help, "help                this list"},
	{"history", builtin_history, "history             lines typed so far"},
	{"kill", builtin_kill, "kill [-SIGNAL] PID...  end processes"},
	{"local", builtin_local, "local NAME[=VALUE]...  variables of this call of a function"},
	{"pwd", builtin_pwd, "pwd                 print the working directory"},
	{"read", builtin_read, "read [-r] NAME...   read a line into variables"},
	{"return", builtin_return, "return [STATUS]     leave a function, or a file that . runs"},
	{"set", builtin_set, "set [-e] [-x] [-- WORD...]  end on failure, show commands; set $1 $2 .."},
	{"shift", builtin_shift, "shift [N]           drop $1 .."},
	{"test", builtin_test, "test EXPRESSION     compare strings, numbers; ask about files"},
	{"type", builtin_type, "type NAME...        say what a command is"},
	{"true", builtin_true, "true                succeed"},
	{"ulimit", builtin_ulimit, "ulimit [-SH] [-a | -dmnsuv] [N|unlimited]  show and set limits"},
	{"unset", builtin_unset, "unset NAME...       forget variables"},
	{"wait", builtin_wait, "wait [PID...]       wait for commands in the background"},
};

#define BUILTINS (sizeof(builtins) / sizeof(*builtins))

static void help_programs(void)
{
	struct strings names = {0};
	size_t column = 0;

	variables_source.match(NULL, "/bin/*", &names);
	puts("programs in /bin:");
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i] + strlen("/bin/");
		column += (size_t)printf("  %s", name);
		if (column > 64 || i + 1 == names.count) {
			putchar('\n');
			column = 0;
		}
	}
	strings_free(&names);
}

static int builtin_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("the shell's own commands:");
	for (size_t i = 0; i < BUILTINS; i++)
		printf("  %s\n", builtins[i].help);
	help_programs();
	puts("language: && || ; & | ! < > >> 2> 2>&1 <<END ' \" \\ $NAME ${NAME:-x} := :+ :? # ## % %%\n"
	     "  $(...) $((1 + 2)) $? $! $$ $# $1 $@ * ? [a-z] ~ #   if/then/elif/else/fi\n"
	     "  while/until/do/done  for NAME in ...  case WORD in A|B) ...;; esac  NAME() { }  ( )\n"
	     "keys: arrows (with Ctrl: words), Home, End, Tab, Ctrl-A B D E F K L N P T U W Y, Alt-B D F;\n"
	     "  Ctrl-R looks for a line; Ctrl-C ends a command, Ctrl-D the shell, poweroff the machine");
	return 0;
}

builtin_run builtin_find(const char *name)
{
	for (size_t i = 0; i < BUILTINS; i++)
		if (strcmp(builtins[i].name, name) == 0)
			return builtins[i].run;
	return NULL;
}

const char *builtin_name(size_t index)
{
	return index < BUILTINS ? builtins[index].name : NULL;
}
