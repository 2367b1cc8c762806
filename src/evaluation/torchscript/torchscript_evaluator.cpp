#include "evaluation/torchscript/torchscript_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sstream>
#include <utility>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include "base/parallel.hpp"

namespace evonas::evaluation {
namespace {

/// Architectures that a module sees at once: with a multiple of the widest vector of floats, no
/// element of a tensor [rows, ...] is computed apart from the others.
constexpr std::size_t kScriptRows = 32;
/// Between the turns of rows that are tried.
constexpr std::size_t kTurn = 5;

/// What went wrong, without the traces of calls that LibTorch puts around it.
std::string script_fault(const std::exception& error) {
  const std::string_view text = error.what();
  constexpr std::string_view kMark = "RuntimeError: ";
  const std::size_t mark = text.rfind(kMark);
  const std::string_view rest = mark == text.npos ? text : text.substr(mark + kMark.size());
  return std::string(rest.substr(0, rest.find('\n')));
}

std::string bytes_in(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) {
    throw EvaluationError(
        fmt::format("{}: there is no such file to read a TorchScript module from", file.string()));
  }
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(stream), {});
  if (!stream) throw EvaluationError(fmt::format("{}: the file cannot be read", file.string()));
  return bytes;
}

/// Bit for bit, so that what is no number equals itself.
bool same_bits(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::equal(a.contiguous().view(torch::kInt64), b.contiguous().view(torch::kInt64));
}

}  // namespace

/// The module, and what it was read from.
class TorchScriptEvaluator::Script {
 public:
  explicit Script(const std::filesystem::path& file) : file_(file) {
    const std::string bytes = bytes_in(file);
    digest_ = Key::of(bytes);
    try {
      std::istringstream stream(bytes);
      module_ = torch::jit::load(stream, torch::kCPU);
      module_.eval();
    } catch (const std::exception& error) {
      fail(
          fmt::format("this is no TorchScript module, as torch.jit.script(module).save(FILE) "
                      "writes it: {}",
                      script_fault(error)));
    }
    if (!module_.find_method("forward")) fail("the TorchScript module has no method forward");
  }

  const Key& digest() const { return digest_; }

  /// What the module gives for `genes`, int64 [rows, genes]: float64 [rows, columns].
  torch::Tensor answer(const torch::Tensor& genes) {
    const torch::InferenceMode inference;
    // Optimised after a few calls, it could round differently from then on.
    const torch::jit::GraphOptimizerEnabledGuard as_written(false);
    at::set_num_threads(1);
    torch::Tensor numbers;
    try {
      const torch::jit::IValue result = module_.forward({genes});
      if (result.isTensor()) numbers = result.toTensor();
    } catch (const std::exception& error) {
      fail(fmt::format("the TorchScript module fails for {} architectures of {} genes: {}",
                       genes.size(0), genes.size(1), script_fault(error)));
    }
    if (!numbers.defined() || !numbers.is_floating_point()) {
      fail("the TorchScript module returns no tensor of floats");
    }
    // What drops all dimensions of one element.
    if (numbers.dim() == 0 && genes.size(0) == 1) numbers = numbers.reshape({1});
    const bool fits =
        (numbers.dim() == 1 || numbers.dim() == 2) && numbers.size(0) == genes.size(0);
    if (!fits) {
      fail(fmt::format(
          "for {} architectures the TorchScript module returns a tensor [{}]; "
          "expected [{}], or [{}, metrics]",
          genes.size(0), fmt::join(numbers.sizes(), ", "), genes.size(0), genes.size(0)));
    }
    if (numbers.dim() == 1) numbers = numbers.unsqueeze(1);
    return numbers.to(torch::kCPU, torch::kFloat64).contiguous();
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw EvaluationError(fmt::format("{}: {}", file_.string(), what));
  }

 private:
  std::filesystem::path file_;
  Key digest_;
  torch::jit::Module module_;
};

TorchScriptEvaluator::TorchScriptEvaluator(const spaces::AnySpace& space,
                                           std::filesystem::path file,
                                           std::vector<ScriptOutput> outputs, std::string seconds)
    : file_(std::move(file)),
      outputs_(std::move(outputs)),
      seconds_(std::move(seconds)),
      script_(std::make_unique<Script>(file_)),
      rows_(kScriptRows) {
  Rng rng(0, "torchscript");
  padding_ = space.sample(rng);
  torch::Tensor genes = torch::empty(
      {static_cast<std::int64_t>(kScriptRows), static_cast<std::int64_t>(padding_.size())},
      torch::kInt64);
  auto* next = genes.data_ptr<std::int64_t>();
  for (std::size_t row = 0; row < kScriptRows; ++row) {
    const spaces::Genotype other = space.sample(rng);
    const spaces::Genotype& genotype = other.size() == padding_.size() ? other : padding_;
    next = std::ranges::copy(genotype.genes(), next).out;
  }
  const torch::Tensor numbers = script_->answer(genes);
  for (const ScriptOutput& output : outputs_) {
    if (output.column < static_cast<std::size_t>(numbers.size(1))) continue;
    script_->fail(
        fmt::format("the TorchScript module gives {} for an architecture, so there is no "
                    "output {} for {}: they count from 0",
                    numbers.size(1) == 1 ? std::string("one number")
                                         : fmt::format("{} numbers", numbers.size(1)),
                    output.column, output.metric.name));
  }
  if (!same_bits(script_->answer(genes), numbers)) {
    script_->fail(
        "the TorchScript module gives other numbers for the same architectures when it "
        "is asked again");
  }
  for (std::size_t turn = 1; turn < kScriptRows && rows_ > 1; turn += kTurn) {
    const auto places = static_cast<std::int64_t>(turn);
    const torch::Tensor turned = script_->answer(genes.roll(places, 0)).roll(-places, 0);
    if (!same_bits(turned, numbers)) rows_ = 1;
  }
}

TorchScriptEvaluator::~TorchScriptEvaluator() = default;

std::vector<Metric> TorchScriptEvaluator::metrics() const {
  std::vector<Metric> metrics;
  for (const ScriptOutput& output : outputs_) metrics.push_back(output.metric);
  return metrics;
}

std::string TorchScriptEvaluator::identity() const {
  std::string text = script_->digest().hex();
  for (const ScriptOutput& output : outputs_) {
    text += fmt::format(" {}={}", output.metric.name, output.column);
  }
  return text;
}

void TorchScriptEvaluator::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                                    std::stop_token stop) {
  std::mutex mutex;
  parallel_chunks(block.size(), rows_, [&](std::size_t first, std::size_t count) {
    if (stop.stop_requested()) return;
    std::vector<Outcome> outcomes = outcomes_of(block.subspan(first, count));
    const std::scoped_lock lock(mutex);
    for (std::size_t i = 0; i < count; ++i) sink(first + i, std::move(outcomes[i]));
  });
}

std::vector<Outcome> TorchScriptEvaluator::outcomes_of(
    std::span<const Candidate> candidates) const {
  const std::size_t length = padding_.size();
  torch::Tensor genes = torch::empty(
      {static_cast<std::int64_t>(rows_), static_cast<std::int64_t>(length)}, torch::kInt64);
  auto* next = genes.data_ptr<std::int64_t>();
  for (std::size_t row = 0; row < rows_; ++row) {
    const bool fits = row < candidates.size() && candidates[row].genotype.size() == length;
    const spaces::Genotype& genotype = fits ? candidates[row].genotype : padding_;
    next = std::ranges::copy(genotype.genes(), next).out;
  }
  const torch::Tensor answer = script_->answer(genes);
  const auto columns = static_cast<std::size_t>(answer.size(1));
  const std::span<const double> numbers(answer.data_ptr<double>(), rows_ * columns);
  std::vector<Outcome> outcomes;
  for (std::size_t row = 0; row < candidates.size(); ++row) {
    if (const std::size_t own = candidates[row].genotype.size(); own == length) {
      outcomes.push_back(outcome_of(numbers.subspan(row * columns, columns)));
    } else {
      outcomes.push_back({.failure = fmt::format("{}: an architecture of {} genes cannot be asked "
                                                 "beside those of {}",
                                                 file_.string(), own, length)});
    }
  }
  return outcomes;
}

Outcome TorchScriptEvaluator::outcome_of(std::span<const double> numbers) const {
  Outcome outcome;
  for (const ScriptOutput& output : outputs_) {
    const double value = output.column < numbers.size() ? numbers[output.column] : std::nan("");
    if (std::isfinite(value)) {
      outcome.metrics[output.metric.name] = {.value = value};
      if (output.metric.name == seconds_) outcome.seconds = std::max(value, 0.0);
    } else if (outcome.ok()) {
      // The sign of what is no number says nothing.
      outcome.failure = fmt::format("{}: the TorchScript module gives {} for {}", file_.string(),
                                    std::isnan(value) ? std::nan("") : value, output.metric.name);
    }
  }
  if (!outcome.ok()) outcome.metrics.clear();
  return outcome;
}

}  // namespace evonas::evaluation
