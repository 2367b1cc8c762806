#include "search/trial_log.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/key.hpp"
#include "search/session.hpp"

namespace evonas::search {
namespace {

constexpr const char* kTrialFile = "searches.jsonl";

[[noreturn]] void fail_to(const char* what, const std::filesystem::path& file,
                          const std::error_code& error) {
  throw SearchError(fmt::format("{} cannot be {}: {}; the searches in it are kept", file.string(),
                                what, error.message()));
}

std::error_code last_error() { return {errno, std::generic_category()}; }

}  // namespace

TrialLog::TrialLog(const std::filesystem::path& folder, std::string context)
    : file_(folder / kTrialFile), context_(std::move(context)) {}

const nlohmann::json* TrialLog::look_up(const std::string& description) {
  open();
  const auto known = trials_.find(key_of(description));
  return known == trials_.end() ? nullptr : &known->second;
}

void TrialLog::add(const std::string& description, const AlgorithmOptions& options,
                   nlohmann::json trial) {
  open();
  trial["key"] = key_of(description);
  trial["algorithm"] = options.algorithm;
  trial["seed"] = options.seed;
  std::ofstream stream(file_, std::ios::binary | std::ios::app);
  stream << trial.dump() << '\n' << std::flush;
  if (!stream) fail_to("written", file_, last_error());
}

void TrialLog::open() {
  if (lock_) return;
  std::error_code error;
  const std::filesystem::path folder = file_.parent_path();
  std::filesystem::create_directories(folder.empty() ? "." : folder, error);
  if (error) fail_to("written", file_, error);
  lock_.emplace(file_);
  std::ifstream stream(file_, std::ios::binary);
  const std::string content(std::istreambuf_iterator<char>(stream), {});
  if (!stream) fail_to("read", file_, last_error());
  // What is written next begins a line of its own.
  const std::size_t whole = content.rfind('\n') + 1;
  if (whole < content.size()) std::filesystem::resize_file(file_, whole, error);
  if (error) fail_to("written", file_, error);
  for (std::size_t begin = 0; begin < whole;) {
    const std::size_t end = content.find('\n', begin);
    auto trial =
        nlohmann::json::parse(content.begin() + static_cast<std::ptrdiff_t>(begin),
                              content.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    begin = end + 1;
    if (!trial.is_object() || !trial.contains("key") || !trial["key"].is_string()) continue;
    auto key = trial["key"].get<std::string>();
    trials_.insert_or_assign(std::move(key), std::move(trial));
  }
}

std::string TrialLog::key_of(const std::string& description) const {
  return Key::of(context_ + '\n' + description).hex();
}

std::string describe_guidance(const Guidance& guidance) {
  std::string text = "known:";
  for (const auto& source : guidance.known) {
    for (const evaluation::Metric& metric : source->metrics()) {
      text += fmt::format(" {}/{}", metric.name, static_cast<int>(metric.cost));
    }
  }
  text += '\n';
  if (!guidance.predictors.empty()) text += "predictors: " + guidance.predictors + '\n';
  return text;
}

std::string describe_trial(const spaces::AnySpace& space, const Problem& problem,
                           const AlgorithmOptions& options) {
  std::string text;
  for (const auto& [name, value] :
       describe_setup({.space = space, .problem = problem, .algorithm = options})) {
    text += fmt::format("{}: {}\n", name, value);
  }
  return text;
}

}  // namespace evonas::search
