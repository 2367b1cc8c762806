#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace evonas::cli {

/// What the command line asks for, to be run once it has been read; returns the exit code.
using Action = std::function<int()>;

/// Each adds one command, in a file of its name. The words that a user gives are in `action` after
/// the command line has been parsed.
void add_search_command(CLI::App& app, Action& action);
void add_resume_command(CLI::App& app, Action& action);
void add_verify_command(CLI::App& app, Action& action);
void add_report_command(CLI::App& app, Action& action);
void add_export_command(CLI::App& app, Action& action);
void add_space_command(CLI::App& app, Action& action);
void add_network_command(CLI::App& app, Action& action);
void add_table_command(CLI::App& app, Action& action);
/// The part of the table command that makes tables by training.
void add_table_build_command(CLI::App& table, Action& action);
void add_latency_command(CLI::App& app, Action& action);
void add_config_command(CLI::App& app, Action& action);
void add_benchmark_command(CLI::App& app, Action& action);
void add_predictor_command(CLI::App& app, Action& action);
/// Its parts.
void add_predictor_fit_command(CLI::App& predictor, Action& action);
void add_predictor_score_command(CLI::App& predictor, Action& action);
void add_predictor_explain_command(CLI::App& predictor, Action& action);
void add_predictor_benchmark_command(CLI::App& predictor, Action& action);
void add_predictor_pretrain_command(CLI::App& predictor, Action& action);
void add_predictor_devices_command(CLI::App& predictor, Action& action);
/// suggest and adapt.
void add_predictor_adapt_commands(CLI::App& predictor, Action& action);
void add_bench_command(CLI::App& app, Action& action);
/// The part of the bench command that trains and measures networks.
void add_bench_network_commands(CLI::App& bench, Action& action);
/// The part of the bench command that compares drivers on a pretended fleet of workers.
void add_bench_fleet_command(CLI::App& bench, Action& action);
/// The part of the bench command that generates architectures.
void add_bench_generation_command(CLI::App& bench, Action& action);
/// The part of the bench command that scores architectures with predictors.
void add_bench_predictor_command(CLI::App& bench, Action& action);
/// The part of the network command that writes files for other tools.
void add_network_export_command(CLI::App& network, Action& action);

/// Reads a command line and does what it asks for: results on stdout, everything else on stderr.
/// Returns the exit code; throws nothing.
int run_command_line(int argc, const char* const* argv);

}  // namespace evonas::cli
