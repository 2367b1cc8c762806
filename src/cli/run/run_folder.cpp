#include "cli/run/run_folder.hpp"

#include <exception>
#include <string_view>

#include <fmt/format.h>

#include "cli/run/atomic_file.hpp"
#include "cli/run/host.hpp"
#include "cli/run/setup.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kConfigFile = "config.yaml";
constexpr std::string_view kConfigEntry = "configuration";
constexpr std::string_view kSpaceEntry = "space.identity";
constexpr std::string_view kHostPrefix = "host.";

/// What a beginning that was cut short can leave behind.
bool is_remnant(const std::string& name) {
  return name.starts_with("run.sqlite") || name == "run.lock" || name.starts_with(kConfigFile) ||
         name == "log.txt";
}

void check_free(const fs::path& path) {
  if (search::RunStore::exists(path)) {
    throw FileError(
        fmt::format("{} holds a run already: continue it with \"evonas resume {}\", or "
                    "name another folder with --out",
                    path.string(), path.string()));
  }
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    throw FileError(fmt::format("{} is a file: name a folder with --out", path.string()));
  }
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (is_remnant(entry.path().filename().string())) continue;
    throw FileError(fmt::format("{} holds other files ({}): name a new or empty folder with --out",
                                path.string(), entry.path().filename().string()));
  }
}

}  // namespace

search::RunStore RunFolder::create(const config::Configuration& configuration) const {
  check_free(path_);
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) {
    throw FileError(fmt::format("{} cannot be created: {}", path_.string(), error.message()));
  }
  const std::string yaml = yaml::to_yaml(configuration);
  std::map<std::string, std::string> manifest = {
      {std::string(kConfigEntry), yaml},
      {std::string(kSpaceEntry), config::identity_of(configuration.space)}};
  for (const auto& [name, value] : describe_host()) {
    manifest[std::string(kHostPrefix) + name] = value;
  }
  search::RunStore store = search::RunStore::create(path_, manifest);
  write_atomically(path_ / kConfigFile, yaml);
  return store;
}

void RunFolder::discard_beginning() const noexcept {
  try {
    if (!open_read_only().asks().empty()) return;
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (!is_remnant(entry.path().filename().string())) return;
    }
    fs::remove_all(path_);
  } catch (const std::exception&) {
    return;
  }
}

void RunFolder::check_space(const search::RunStore& store,
                            const config::Configuration& configuration) const {
  const auto begun_with = store.get(std::string(kSpaceEntry));
  if (!begun_with || *begun_with == config::identity_of(configuration.space)) return;
  throw FileError(
      fmt::format("{} was begun in another space: the file that its space is read from has changed "
                  "since. Put it back as it was, or begin a new run with evonas search",
                  path_.string()));
}

search::RunStore RunFolder::open() const { return open_with(&search::RunStore::open); }

search::RunStore RunFolder::open_read_only() const {
  return open_with(&search::RunStore::open_read_only);
}

search::RunStore RunFolder::open_with(search::RunStore (*opener)(const fs::path&)) const {
  if (!search::RunStore::exists(path_)) {
    throw FileError(fmt::format(
        "{} holds no run: it has no run.sqlite that \"evonas search\" has begun", path_.string()));
  }
  return opener(path_);
}

std::string RunFolder::configuration_text(const search::RunStore& store) {
  const auto text = store.get(std::string(kConfigEntry));
  if (!text) {
    throw FileError(fmt::format("{} has no configuration in it: it is no run that evonas began",
                                store.file().string()));
  }
  return *text;
}

config::Configuration RunFolder::configuration(const search::RunStore& store) {
  // All paths in it are absolute, so the folder does not matter.
  return config::parse_configuration(configuration_text(store), "/");
}

void RunFolder::set_configuration(search::RunStore& store,
                                  const config::Configuration& configuration) const {
  const std::string yaml = yaml::to_yaml(configuration);
  store.set(std::string(kConfigEntry), yaml);
  write_atomically(path_ / kConfigFile, yaml);
}

void RunFolder::restore_configuration(const search::RunStore& store) const {
  const std::string stored = configuration_text(store);
  const fs::path file = path_ / kConfigFile;
  if (!fs::exists(file)) {
    write_atomically(file, stored);
  } else if (read_whole(file) != stored) {
    throw FileError(
        fmt::format("{} is not the configuration that the run began with: a run keeps its "
                    "configuration. Delete the file to have it back, and use --set to change the "
                    "budget or the final stage",
                    file.string()));
  }
}

report::Run RunFolder::load(const search::RunStore& store, const search::SearchSetup& setup,
                            const config::Configuration& configuration) const {
  report::Run run{.name = fs::weakly_canonical(path_).filename().string(),
                  .space = setup.space,
                  .problem = setup.problem,
                  .summary = search::load_summary(store, setup.problem),
                  .metrics = metrics_of(setup, configuration),
                  .host = {},
                  .configuration = configuration_text(store),
                  .optimum = search::known_optimum(setup)};
  for (const auto& [name, value] : store.manifest()) {
    if (name.starts_with(kHostPrefix)) run.host[name.substr(kHostPrefix.size())] = value;
  }
  return run;
}

std::map<std::string, std::string> RunFolder::result_files(const report::Run& run) {
  return {{"front.csv", report::front_csv(run)},
          {"summary.json", report::summary_json(run).dump(2) + "\n"}};
}

void RunFolder::write_results(const report::Run& run) const {
  for (const auto& [name, content] : result_files(run)) write_atomically(path_ / name, content);
  write_atomically(path_ / "report.html", report::report_html(report::report_json(run)));
}

std::vector<std::string> RunFolder::verify_files(const search::RunStore& store,
                                                 const report::Run& run) const {
  std::map<std::string, std::string> files = {
      {std::string(kConfigFile), configuration_text(store)}};
  // A run that was killed has written no results yet, or those of an earlier session.
  if (run.summary.termination != search::Termination::Running) files.merge(result_files(run));

  std::vector<std::string> faults;
  for (const auto& [name, expected] : files) {
    const fs::path file = path_ / name;
    if (!fs::exists(file)) {
      faults.push_back(fmt::format("{} is missing", file.string()));
    } else if (read_whole(file) != expected) {
      faults.push_back(
          fmt::format("{} is not what follows from {}", file.string(), store.file().string()));
    }
  }
  return faults;
}

fs::path next_run_folder(const std::string& name) {
  for (std::size_t number = 1;; ++number) {
    fs::path folder = fs::path("runs") / fmt::format("{}-{}", name, number);
    if (!fs::exists(folder)) return folder;
  }
}

}  // namespace evonas::cli
