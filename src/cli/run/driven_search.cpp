#include "cli/run/driven_search.hpp"

#include <array>
#include <utility>

#include "base/parallel.hpp"
#include "cli/run/atomic_file.hpp"
#include "search/known_optimum.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {

/// Keeps what was evaluated.
class DrivenSearch::Recorder final : public search::Observer {
 public:
  explicit Recorder(DrivenSearch& search) : search_(search) {}
  void on_evaluation(const search::EvaluationRecord& record) override {
    const std::scoped_lock lock(search_.mutex_);
    search_.evaluations_.push_back(record);
  }

 private:
  DrivenSearch& search_;
};

std::unique_ptr<DrivenSearch> DrivenSearch::begin(config::Configuration configuration,
                                                  const std::filesystem::path& folder,
                                                  const DrivenOptions& options) {
  std::optional<RunFolder> run_folder;
  std::optional<search::RunStore> store;
  if (!folder.empty()) {
    run_folder.emplace(folder);
    store.emplace(run_folder->create(configuration));
  } else if (configuration.final) {
    throw FileError(
        "`final` keeps the best network in the folder of the run: name a folder, or leave `final` "
        "out of the configuration");
  }
  return std::unique_ptr<DrivenSearch>(
      new DrivenSearch(std::move(configuration), std::move(run_folder), std::move(store), options));
}

std::unique_ptr<DrivenSearch> DrivenSearch::resume(const std::filesystem::path& folder,
                                                   std::span<const std::string> overrides,
                                                   const DrivenOptions& options) {
  RunFolder run_folder(folder);
  OpenedRun run = open_for_continuing(run_folder, overrides);
  return std::unique_ptr<DrivenSearch>(new DrivenSearch(
      std::move(run.configuration), std::move(run_folder), std::move(run.store), options));
}

DrivenSearch::DrivenSearch(config::Configuration configuration, std::optional<RunFolder> folder,
                           std::optional<search::RunStore> store, const DrivenOptions& options)
    : configuration_(std::move(configuration)),
      folder_(std::move(folder)),
      store_(std::move(store)),
      options_(options),
      space_(searched_space(configuration_)) {
  auto exchange = std::make_shared<search::Exchange>();
  const ToldSource told = [exchange](std::vector<evaluation::Metric> metrics) {
    return exchange->source(std::move(metrics));
  };
  search_ = std::make_unique<search::AskTell>(
      std::move(exchange), [this, told](const std::stop_token& stop) { run(told, stop); });
}

void DrivenSearch::run(const ToldSource& told, const std::stop_token& stop) {
  report::Run found = [&] {
    if (!folder_) return run_in_memory(told, stop);
    Recorder recorder(*this);
    Log log(folder_->log_file(), options_.shown);
    return search_in_folder(configuration_, *folder_, std::move(*store_), options_.threads, log,
                            told, &recorder, stop);
  }();
  const std::scoped_lock lock(mutex_);
  result_ = std::make_shared<const report::Run>(std::move(found));
}

report::Run DrivenSearch::run_in_memory(const ToldSource& told, const std::stop_token& stop) {
  std::optional<report::Run> run;
  ThreadArena arena(options_.threads);
  arena.execute([&] {
    const SearchHost host{.listener = {}, .told = told};
    const search::SearchSetup setup =
        make_setup(configuration_, arena.threads(), Sources::Working, host);
    Recorder recorder(*this);
    const std::array<search::Observer*, 1> observers{&recorder};
    run = report::Run{.name = "search",
                      .space = setup.space,
                      .problem = setup.problem,
                      .summary = search::run_search(setup, nullptr, observers, stop),
                      .metrics = metrics_of(setup, configuration_),
                      .host = {},
                      .configuration = yaml::to_yaml(configuration_),
                      .optimum = search::known_optimum(setup)};
  });
  return std::move(*run);
}

std::vector<search::EvaluationRecord> DrivenSearch::evaluations() const {
  const std::scoped_lock lock(mutex_);
  return evaluations_;
}

std::shared_ptr<const report::Run> DrivenSearch::result() const {
  const std::scoped_lock lock(mutex_);
  return result_;
}

}  // namespace evonas::cli
