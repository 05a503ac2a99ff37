// Stops, continuations and resizes, which the kernel tells to whichever thread it likes; and who has the
// terminal.
//
// Where Swift's main is async, the screen is not drawn on the thread that main began on: ncurses' own
// handlers, which draw, would run beside the drawing, and would not end its wait. Here a handler only says
// what came and ends the wait. Threads that Swift starts hold signals back, so that the system does not stop
// them either when they read or write a terminal that is another job's: that is done here.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "CTerminal.h"
#include "internal.h"

static volatile sig_atomic_t stop_wanted, continued;
static int keyboard = -1;
static pid_t parent;
static const int handled[] = {SIGTSTP, SIGCONT, SIGWINCH};
enum { HANDLED = sizeof handled / sizeof *handled };
static struct sigaction before[HANDLED];

static void came(int number) {
  int error = errno;
  if (number == SIGTSTP) stop_wanted = 1;
  if (number == SIGCONT) continued = 1;
  term_wake();
  errno = error;
}

void term_signals_begin(int descriptor) {
  keyboard = descriptor;
  stop_wanted = continued = 0;
  struct sigaction action = {.sa_handler = came, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < HANDLED; i++) sigaction(handled[i], &action, &before[i]);
}

void term_signals_end(void) {
  for (int i = 0; i < HANDLED; i++) sigaction(handled[i], &before[i], NULL);
  keyboard = -1;
}

void term_watch_parent(void) {
  static _Thread_local int watches;
  if (!parent) parent = getppid();
  if (!watches) prctl(PR_SET_PDEATHSIG, SIGCONT);
  watches = 1;
}

int term_lost_parent(void) { return getppid() != parent; }

int term_stop_wanted(void) {
  int wanted = stop_wanted;
  stop_wanted = 0;
  return wanted;
}

int term_continued(void) {
  int was = continued;
  continued = 0;
  return was;
}

// Does what a signal does to a program that does not handle it; with `group` the whole group is sent it.
static void stop_by(int number, int group) {
  struct sigaction ignored = {.sa_handler = SIG_IGN}, usual = {.sa_handler = SIG_DFL}, own;
  sigset_t stop, held;
  sigemptyset(&stop);
  sigaddset(&stop, number);
  sigaction(number, &ignored, &own);
  // This program itself is stopped by a signal to this thread, which comes at once. One to the group may come
  // through another thread when the terminal is ours already, and would stop it in the foreground.
  if (group) kill(0, number);
  sigaction(number, &usual, NULL);
  pthread_sigmask(SIG_UNBLOCK, &stop, &held);
  raise(number);
  // What continued it is told through another thread, a moment later, and after what was to end it; a group that
  // nobody would continue is not stopped.
  for (int i = 0; group && !continued && i < 30; i++) poll(NULL, 0, 10);
  pthread_sigmask(SIG_SETMASK, &held, NULL);
  sigaction(number, &own, NULL);
}

void term_stop(void) {
  stop_by(SIGTSTP, 0);
  continued = stop_wanted = 0;
}

int term_in_background(void) {
  // Of a terminal that is not the session's own there is no owner, and nobody to wait for.
  pid_t owner = keyboard < 0 ? -1 : tcgetpgrp(keyboard);
  return owner > 0 && owner != getpgrp();
}

int term_hold(void) {
  int held = 1;
  while (term_in_background()) {
    continued = 0;
    // The whole group, as when the system does it: a script that runs this program is stopped with it.
    stop_by(SIGTTOU, 1);
    if (!continued && term_in_background()) return 0;
    held = 2;
  }
  if (held == 2) continued = stop_wanted = 0;
  return held;
}
