#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "base/csv_field.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "cli/commands/fitted_file.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/family_space.hpp"
#include "cli/run/given_networks.hpp"
#include "cli/run/search_session.hpp"
#include "predictor/decorators.hpp"

namespace evonas::cli {
namespace {

constexpr std::size_t kScoredTogether = 16384;  // architectures in memory at once

struct ScoreOptions {
  std::string checkpoint;
  UsedElsewhere elsewhere;
  std::string architectures;
  std::uint64_t random = 0;
  bool all = false;
  std::size_t best = 0;
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  predictor::ComputingOptions computing;
  std::string check;
  double tolerance = 0.01;
};

struct Scored {
  spaces::Genotype genotype;
  predictor::Prediction prediction;
};

/// Yields architectures, a block at a time: those of a file, random ones or all of a space.
class Architectures {
 public:
  Architectures(const spaces::AnySpace& space, const ScoreOptions& options)
      : space_(space), options_(options) {
    const int ways = static_cast<int>(!options.architectures.empty()) +
                     static_cast<int>(options.random > 0) + static_cast<int>(options.all);
    if (ways != 1) {
      throw predictor::PredictorError(
          "what is to be scored: give one of --architectures FILE, --random N, --all and --network "
          "FILE");
    }
    if (options.all && !space.size()) {
      throw predictor::PredictorError(
          fmt::format("{} is too large to score --all: --random N draws from it", space.name()));
    }
    if (options.random > 0) count_ = options.random;
    if (options.all) count_ = *space.size();
    if (!options.architectures.empty() && options.architectures != "-") {
      file_.emplace(options.architectures);
      if (!*file_) throw FileError(fmt::format("cannot read {}", options.architectures));
    }
  }

  /// How many there will be; nothing where that is not known.
  std::optional<std::uint64_t> count() const { return count_; }

  /// The next ones; none at the end.
  std::vector<spaces::Genotype> next() {
    std::vector<spaces::Genotype> block;
    if (!count_) return read_lines();
    block.resize(std::min<std::uint64_t>(kScoredTogether, *count_ - done_));
    parallel_for(block.size(), [&](std::size_t i) {
      Rng rng(options_.seed, "architectures to score", done_ + i);
      block[i] = options_.all ? space_.at(done_ + i) : space_.sample(rng);
    });
    done_ += block.size();
    return block;
  }

 private:
  std::vector<spaces::Genotype> read_lines() {
    std::istream& stream = file_ ? *file_ : std::cin;
    std::vector<spaces::Genotype> block;
    std::string line;
    while (block.size() < kScoredTogether && std::getline(stream, line)) {
      ++done_;
      if (line.empty()) continue;
      try {
        block.push_back(space_.parse(line));
      } catch (const spaces::SpaceError& error) {
        throw spaces::SpaceError(fmt::format("{}, line {}: {}",
                                             file_ ? options_.architectures : "standard input",
                                             done_, error.what()));
      }
    }
    return block;
  }

  const spaces::AnySpace& space_;
  const ScoreOptions& options_;
  std::optional<std::uint64_t> count_;
  std::optional<std::ifstream> file_;
  std::uint64_t done_ = 0;  // architectures or lines
};

void print(const spaces::AnySpace& space, std::span<const Scored> rows) {
  std::string text;
  for (const Scored& row : rows) {
    text += fmt::format("{},{:.6g},{:.4g}\n", csv_field(space.format(row.genotype)),
                        row.prediction.mean, row.prediction.deviation);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

/// The best so far, best first; equals in the order in which they came.
class Best {
 public:
  Best(std::size_t count, bool higher_is_better)
      : count_(count), higher_is_better_(higher_is_better) {}

  void add(std::vector<Scored> rows) {
    std::ranges::move(rows, std::back_inserter(rows_));
    std::ranges::stable_sort(rows_, [&](const Scored& a, const Scored& b) {
      return higher_is_better_ ? a.prediction.mean > b.prediction.mean
                               : a.prediction.mean < b.prediction.mean;
    });
    if (rows_.size() > count_)
      rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(count_), rows_.end());
  }
  std::span<const Scored> rows() const { return rows_; }

 private:
  std::size_t count_;
  bool higher_is_better_;
  std::vector<Scored> rows_;
};

/// What predicts as the file does, and compares that with the predictor of the file `check`, which
/// computes in the precision of fits.
std::unique_ptr<predictor::Predictor> with_check(FittedFile& file, const ScoreOptions& options) {
  FittedFile other = read_fitted(options.check, options.elsewhere);
  const bool is_elsewhere = !options.elsewhere.space.empty() || !options.elsewhere.networks.empty();
  const auto space_of = [](const FittedFile& fitted) {
    return std::tie(fitted.about.space, fitted.about.space_options);
  };
  if (!is_elsewhere && space_of(file) != space_of(other)) {
    throw predictor::PredictorError(
        fmt::format("--check compares predictors of the same space: {} was fitted in {}, and {} in "
                    "{} or with other options of it",
                    options.checkpoint, file.about.space, options.check, other.about.space));
  }
  return std::make_unique<predictor::CheckedPredictor>(
      std::move(file.predictor), std::move(other.predictor), file.space, options.tolerance);
}

int score(const ScoreOptions& given) {
  ScoreOptions options = given;
  FittedFile file = read_fitted(options.checkpoint, options.elsewhere, options.computing);
  if (!options.check.empty()) file.predictor = with_check(file, options);
  if (!options.elsewhere.networks.empty()) options.all = true;
  const predictor::CheckpointAbout& about = file.about;
  const spaces::AnySpace& space = file.space;
  const std::unique_ptr<predictor::Predictor>& fitted = file.predictor;

  Architectures architectures(space, options);
  Best best(options.best, about.higher_is_better);
  const Interrupt interrupt;
  ThreadArena arena(options.threads);
  ProgressLine line("architectures");
  fmt::print("architecture,{0},{0}_deviation\n", about.metric);
  std::uint64_t done = 0;
  while (!interrupt.requested()) {
    const std::vector<spaces::Genotype> block = arena.execute([&] { return architectures.next(); });
    if (block.empty()) break;
    const std::vector<predictor::Prediction> predictions =
        arena.execute([&] { return fitted->predict(block); });
    std::vector<Scored> rows;
    for (std::size_t i = 0; i < block.size(); ++i) rows.push_back({block[i], predictions[i]});
    if (options.best == 0) {
      print(space, rows);
    } else {
      best.add(std::move(rows));
    }
    done += block.size();
    if (architectures.count()) line.count(done, *architectures.count());
  }
  if (interrupt.requested()) return kInterrupted;
  print(space, best.rows());
  return kDone;
}

int score_and_check(const ScoreOptions& options) {
  try {
    return score(options);
  } catch (const predictor::DisagreementError& error) {
    fmt::print(stderr, "evonas: {}\n", error.what());
    return kCheckFailed;
  }
}

}  // namespace

void add_predictor_score_command(CLI::App& predictor, Action& action) {
  auto options = std::make_shared<ScoreOptions>();
  CLI::App* command =
      predictor.add_subcommand("score", "What a fitted predictor expects of architectures, as CSV");
  command->add_option("CHECKPOINT", options->checkpoint, "file that 'evonas predictor fit' wrote")
      ->required();
  add_elsewhere(*command, options->elsewhere);
  command
      ->add_option("--architectures", options->architectures,
                   "file with one architecture a line, in the space's notation; - is standard "
                   "input")
      ->type_name("FILE");
  command
      ->add_option(
          "--network", options->elsewhere.networks,
          "networks in files, for predictors that read whole networks: ONNX where the name "
          "ends in .onnx, evonas JSON else")
      ->type_name("FILE");
  command->add_option("--random", options->random, "so many random architectures of the space");
  command->add_flag("--all", options->all, "every architecture of the space");
  command
      ->add_option("--best", options->best, "only so many, those with the best values, best first")
      ->type_name("N");
  command->add_option("--seed", options->seed, "seed of --random")->capture_default_str();
  command
      ->add_option("--check", options->check,
                   "file of another predictor that is to agree: the first architecture of which "
                   "both expect something else ends the command with the exit code 1")
      ->type_name("FILE");
  command
      ->add_option("--tolerance", options->tolerance,
                   "how far both may be apart with --check, as a share of the larger value where "
                   "that is above 1")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_threads(*command, options->threads);
  add_fields(*command, options->computing);
  command->footer(
      R"(Columns: the architecture, what is expected of the metric, and how far off that is expected to be
(standard deviation).

Examples:
  evonas predictor score accuracy.predictor --all --best 10
  evonas predictor score accuracy.predictor --random 1000 > scores.csv
  evonas predictor score accuracy.predictor --architectures cells.txt
  evonas predictor score accuracy.predictor --random 1000 --precision bfloat16 --check accuracy.predictor
  evonas predictor score cg.predictor --space darts --random 1000 --best 10
  evonas predictor score latency.predictor --network resnet18.onnx mobilenet.onnx
  evonas predictor score latency.predictor --space mobilenetv3 --input imagenet --random 10)");
  set_action(*command, action, options, score_and_check);
}

}  // namespace evonas::cli
