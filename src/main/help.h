/* help.h: the texts of --help, --help-env and --help-xoptions. */
#pragma once

typedef enum HelpTopic { HELP_OPTIONS, HELP_ENVIRONMENT, HELP_X_OPTIONS, HELP_ALL } HelpTopic;
/* Prints to standard output. */
void help_print(HelpTopic topic, const char *program);
