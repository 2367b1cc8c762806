#include "cli/commands/commands.hpp"

int main(int argc, char** argv) { return evonas::cli::run_command_line(argc, argv); }
