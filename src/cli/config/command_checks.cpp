#include <algorithm>

#include <fmt/format.h>

#include "base/nearest_name.hpp"
#include "cli/config/configuration.hpp"
#include "yaml/reader.hpp"

namespace evonas::config {
namespace {

std::vector<std::string> metrics_with_command(const Configuration& configuration) {
  std::vector<std::string> metrics;
  for (const auto& [metric, source] : configuration.evaluation) {
    if (std::holds_alternative<CommandSection>(source) ||
        std::holds_alternative<RaySection>(source)) {
      metrics.push_back(metric);
    }
  }
  return metrics;
}

void check_program(const std::string& metric, const CommandSection& section,
                   yaml::Findings& findings) {
  const std::string path = fmt::format("evaluation.{}.command", metric);
  const std::vector<std::string>& words = section.options.command;
  if (findings.given(path) && (words.empty() || words.front().empty())) {
    findings.add(path, "names no program: give a list such as [python3, train.py]");
  }
}

void check_stopping(const std::string& metric,
                    const std::optional<evaluation::EarlyStopping>& stopping,
                    const Configuration& configuration, yaml::Findings& findings) {
  if (!stopping || stopping->metric.empty() || stopping->metric == metric) return;
  const auto found = configuration.evaluation.find(stopping->metric);
  const auto* other =
      found == configuration.evaluation.end() ? nullptr : std::get_if<FromSection>(&found->second);
  if (other != nullptr && other->from == metric) return;
  findings.add(fmt::format("evaluation.{}.early_stopping.metric", metric),
               fmt::format("this command does not report \"{0}\": name {1}, or add {0} under "
                           "`evaluation` with {{from: {1}}}",
                           stopping->metric, metric));
}

void check_origin(const std::string& metric, const FromSection& section,
                  const Configuration& configuration, yaml::Findings& findings) {
  const std::string path = fmt::format("evaluation.{}.from", metric);
  if (configuration.screens(metric) || configuration.screens(section.from)) {
    findings.add(path,
                 "a command that screens is asked for nothing else: give each of the two metrics a "
                 "command of its own");
  }
  const std::vector<std::string> commands = metrics_with_command(configuration);
  if (section.from.empty() || std::ranges::count(commands, section.from) > 0) return;
  const std::string nearest = nearest_name(section.from, commands);
  const std::string known =
      commands.empty() ? "there is none" : fmt::format("there are: {}", fmt::join(commands, ", "));
  findings.add(
      path, fmt::format("\"{}\" is no metric with a command under `evaluation` ({})", section.from,
                        nearest.empty() ? known : fmt::format("nearest: {}", nearest)));
}

}  // namespace

namespace detail {

void check_commands(const Configuration& configuration, yaml::Findings& findings) {
  for (const auto& [metric, source] : configuration.evaluation) {
    if (const auto* section = std::get_if<CommandSection>(&source)) {
      check_program(metric, *section, findings);
      check_stopping(metric, section->options.early_stopping, configuration, findings);
    }
    if (const auto* section = std::get_if<RaySection>(&source)) {
      check_stopping(metric, section->early_stopping, configuration, findings);
    }
    if (const auto* section = std::get_if<FromSection>(&source)) {
      check_origin(metric, *section, configuration, findings);
    }
  }
}

}  // namespace detail
}  // namespace evonas::config
