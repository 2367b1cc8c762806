#include "evaluation/training/training_evaluator.hpp"

#include <chrono>
#include <cmath>
#include <mutex>
#include <numbers>
#include <numeric>

#include <fmt/format.h>
#include <tbb/task_arena.h>
#include <torch/torch.h>

#include "base/parallel.hpp"
#include "base/processor_time.hpp"
#include "evaluation/candidate_feed.hpp"
#include "evaluation/median_rule.hpp"
#include "evaluation/training/device.hpp"
#include "evaluation/training/flat_sgd.hpp"
#include "evaluation/training/image_data.hpp"
#include "evaluation/training/network_module.hpp"

namespace evonas::evaluation {
namespace {

using Clock = std::chrono::steady_clock;
using torch::Tensor;

constexpr std::int64_t kEvaluationBatch = 512;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Cosine from the peak to zero over all steps, after a linear warm-up.
double learning_rate(const TrainingOptions& options, std::int64_t step,
                     std::int64_t steps_per_epoch) {
  const auto total = static_cast<double>(options.epochs * steps_per_epoch);
  const double warmup = options.warmup_epochs * static_cast<double>(steps_per_epoch);
  const double ramp = warmup > 0.0 ? std::min(1.0, static_cast<double>(step + 1) / warmup) : 1.0;
  const double angle = std::numbers::pi * static_cast<double>(step) / total;
  return options.learning_rate * ramp * 0.5 * (1.0 + std::cos(angle));
}

struct Accuracy {
  double percent = 0.0;
  double loss = 0.0;
};

bool processor_computes_bfloat16() {
#if defined(__x86_64__) && defined(__GNUC__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

torch::ScalarType parse_precision(const std::string& precision, const torch::Device& device) {
  // Without instructions for it, bfloat16 is emulated and slower than float32.
  const bool fast = device.is_cuda() || processor_computes_bfloat16();
  const bool half = precision == "bfloat16" || (precision == "auto" && fast);
  return half ? torch::kBFloat16 : torch::kFloat32;
}

// Hears of the validation accuracy, in percent, after an epoch that is not the last; whether to go
// on.
using GoesOn = std::function<bool(std::int64_t epoch, double accuracy)>;

// One network on its way through training.
class Training {
 public:
  Training(const graph::Graph& network, const ImageData& data, const TrainingOptions& options,
           std::uint64_t seed)
      : data_(data),
        options_(options),
        seed_(seed),
        device_(parse_device(options.device)),
        format_(parse_precision(options.precision, device_)),
        module_(std::make_shared<NetworkModule>(network, seed)) {
    module_->to(device_);
    sgd_.emplace(*module_, format_,
                 FlatSgd::Options{.momentum = options.momentum,
                                  .weight_decay = options.weight_decay,
                                  .gradient_clip = options.gradient_clip});
  }

  // Nothing where it was stopped.
  std::optional<TrainingResult> run(const std::stop_token& stop,
                                    const std::function<void(const TrainingProgress&)>& on_epoch,
                                    const GoesOn& goes_on) {
    const Clock::time_point begin = Clock::now();
    const double thread_begin = thread_seconds();
    TrainingResult result;
    for (std::int64_t epoch = 0; epoch < options_.epochs; ++epoch) {
      const std::optional<double> loss = run_epoch(epoch, stop);
      if (!loss) return std::nullopt;
      result.train_loss = *loss;
      result.images_per_second =
          static_cast<double>((epoch + 1) * steps() * options_.batch) / seconds_since(begin);
      if (on_epoch) {
        on_epoch({.epoch = epoch + 1,
                  .epochs = options_.epochs,
                  .images_per_second = result.images_per_second,
                  .loss = *loss});
      }
      const bool is_judged = goes_on && epoch + 1 < options_.epochs;
      if (is_judged && !goes_on(epoch + 1, accuracy(data_.validation).percent)) return std::nullopt;
    }
    const Accuracy validation = accuracy(data_.validation);
    result.validation_accuracy = validation.percent;
    result.validation_loss = validation.loss;
    result.seconds = device_.is_cpu() ? thread_seconds() - thread_begin : seconds_since(begin);
    return result;
  }

  Accuracy accuracy(const Split& split) {
    const torch::NoGradGuard no_gradients;
    module_->eval();
    std::vector<std::int64_t> indices(static_cast<std::size_t>(split.size()));
    std::iota(indices.begin(), indices.end(), 0);
    const TrainingOptions plain;  // no augmentation
    Rng rng(seed_, "unused");
    std::int64_t right = 0;
    double loss = 0.0;
    for (std::int64_t first = 0; first < split.size(); first += kEvaluationBatch) {
      const auto count = std::min(kEvaluationBatch, split.size() - first);
      const auto batch = make_batch(split,
                                    std::span(indices).subspan(static_cast<std::size_t>(first),
                                                               static_cast<std::size_t>(count)),
                                    plain, rng);
      const Tensor logits = module_->forward(batch.images).to(torch::kFloat32);
      right += logits.argmax(1).eq(batch.labels).sum().item<std::int64_t>();
      loss +=
          torch::cross_entropy_loss(logits, batch.labels, {}, at::Reduction::Sum).item<double>();
    }
    module_->train();
    const auto count = static_cast<double>(split.size());
    return {.percent = 100.0 * static_cast<double>(right) / count, .loss = loss / count};
  }

  graph::Weights weights() const { return module_->weights(); }

 private:
  struct Batch {
    Tensor images;
    Tensor labels;
  };

  std::int64_t steps() const { return data_.train.size() / options_.batch; }

  Batch make_batch(const Split& split, std::span<const std::int64_t> indices,
                   const TrainingOptions& augmentation, Rng& rng) const {
    const auto count = static_cast<std::int64_t>(indices.size());
    const spaces::NetworkInput& input = data_.input;
    Batch batch{.images = torch::empty(
                    {count, input.channels, input.height, input.width},
                    torch::TensorOptions().memory_format(torch::MemoryFormat::ChannelsLast)),
                .labels = torch::empty({count}, torch::kInt64)};
    fill_batch(split, input, indices, augmentation, rng, batch.images.data_ptr<float>());
    auto* labels = batch.labels.data_ptr<std::int64_t>();
    for (const std::int64_t index : indices)
      *labels++ = split.labels[static_cast<std::size_t>(index)];
    batch.images = batch.images.to(device_, format_);
    batch.labels = batch.labels.to(device_);
    return batch;
  }

  // Of the result, and with their weight of the auxiliary classifiers.
  Tensor loss_of(const Batch& batch) {
    Tensor loss;
    for (const Tensor& logits : module_->outputs({batch.images})) {
      const Tensor own =
          torch::cross_entropy_loss(logits.to(torch::kFloat32), batch.labels, {},
                                    at::Reduction::Mean, -100, options_.label_smoothing);
      loss = loss.defined() ? loss + options_.auxiliary_weight * own : own;
    }
    return loss;
  }

  // Mean loss; nothing where `stop` was requested.
  std::optional<double> run_epoch(std::int64_t epoch, const std::stop_token& stop) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(data_.train.size()));
    std::iota(order.begin(), order.end(), 0);
    Rng(seed_, "order of images", static_cast<std::uint64_t>(epoch)).shuffle(std::span(order));
    Rng augmentation(seed_, "augmentation", static_cast<std::uint64_t>(epoch));
    // As in DARTS (Liu et al., ICLR 2019), DropPath grows from nothing, epoch by epoch.
    module_->set_drop_path_share(static_cast<double>(epoch) / static_cast<double>(options_.epochs));
    double total = 0.0;
    for (std::int64_t step = 0; step < steps(); ++step) {
      if (stop.stop_requested()) return std::nullopt;
      const auto size = static_cast<std::size_t>(options_.batch);
      const Batch batch = make_batch(
          data_.train, std::span(order).subspan(static_cast<std::size_t>(step) * size, size),
          options_, augmentation);
      sgd_->zero_gradients();
      const Tensor loss = loss_of(batch);
      loss.backward();
      const auto value = loss.item<double>();
      if (!std::isfinite(value)) {
        throw EvaluationError(
            fmt::format("training diverged: the loss is not finite in epoch {}, step {}; a smaller "
                        "learning_rate "
                        "(now {}) or a gradient_clip may help",
                        epoch + 1, step + 1, options_.learning_rate));
      }
      sgd_->step(learning_rate(options_, epoch * steps() + step, steps()));
      total += value;
    }
    return total / static_cast<double>(steps());
  }

  const ImageData& data_;
  const TrainingOptions& options_;
  std::uint64_t seed_;
  torch::Device device_;
  torch::ScalarType format_;
  std::shared_ptr<NetworkModule> module_;
  std::optional<FlatSgd> sgd_;
};

// LibTorch's exceptions carry a C++ backtrace after the first line.
std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

struct TrainingEvaluator::State {
  spaces::AnySpace space;
  TrainingOptions options;
  std::string metric;
  ImageData data;
  std::unique_ptr<SharedMedianRule> stopping;  ///< null where nothing is stopped early

  /// Adds an accuracy after an epoch to the outcome of a training under way, and gives it up where
  /// it is hopeless; whether it goes on.
  bool judge(std::int64_t epoch, double accuracy, Curve& curve, Outcome& outcome) const {
    outcome.by_epoch[epoch][metric] = accuracy;
    curve.emplace_back(epoch, accuracy);
    if (const std::optional<std::string> objection = stopping->objection(curve)) {
      outcome.failure = fmt::format("{}{}", kStoppedEarly, *objection);
    }
    return outcome.ok();
  }

  /// `full` also tests the network and hands its weights out, which labels have no use for.
  std::optional<TrainingResult> train(const graph::Graph& network, std::uint64_t seed,
                                      const std::stop_token& stop, bool full,
                                      const std::function<void(const TrainingProgress&)>& on_epoch,
                                      const GoesOn& goes_on) const {
    // Trainings run beside each other, one thread each; the setting is the calling thread's.
    if (options.device == "cpu") at::set_num_threads(1);
    try {
      Training training(network, data, options, seed);
      std::optional<TrainingResult> result = training.run(stop, on_epoch, goes_on);
      if (result && full) {
        result->test_accuracy = training.accuracy(data.test).percent;
        result->weights = training.weights();
      }
      return result;
    } catch (const c10::Error& error) {
      throw EvaluationError(
          fmt::format("training failed: {}", first_line(error.what_without_backtrace())));
    } catch (const std::bad_alloc&) {
      throw EvaluationError("training failed: out of memory; lower batch or concurrency");
    }
  }

  /// Nothing where it was given up because of `stop`.
  std::optional<Outcome> outcome_of(const Candidate& candidate, const std::stop_token& stop) const {
    const Clock::time_point begin = Clock::now();
    Outcome outcome;
    Curve curve;
    GoesOn goes_on;
    if (stopping) {
      goes_on = [&](std::int64_t epoch, double accuracy) {
        return judge(epoch, accuracy, curve, outcome);
      };
    }
    try {
      const auto result = train(space.network(candidate.genotype, data.input), candidate.seed, stop,
                                /*full=*/false, {}, goes_on);
      if (!result && outcome.ok()) return std::nullopt;
      if (result) {
        outcome.metrics[metric] = {.value = result->validation_accuracy};
        if (stopping) outcome.by_epoch[options.epochs][metric] = result->validation_accuracy;
      }
    } catch (const EvaluationError& error) {
      outcome.failure = error.what();
    } catch (const graph::GraphError& error) {
      outcome.failure = error.what();
    } catch (const spaces::SpaceError& error) {
      outcome.failure = error.what();
    }
    outcome.seconds = seconds_since(begin);
    if (stopping) stopping->add({&outcome, 1});
    return outcome;
  }

  void evaluate(const CandidateFeed& next, const OutcomeSink& sink,
                const std::stop_token& stop) const;
};

TrainingEvaluator::TrainingEvaluator(spaces::AnySpace space, TrainingOptions options,
                                     std::string metric, std::uint64_t seed,
                                     const std::optional<OwnEarlyStopping>& stopping)
    : state_(std::make_unique<State>(State{.space = std::move(space),
                                           .options = options,
                                           .metric = std::move(metric),
                                           .data = load_image_data(options, seed),
                                           .stopping = {}})) {
  parse_device(options.device);
  if (!stopping) return;
  state_->stopping =
      std::make_unique<SharedMedianRule>(EarlyStopping{.metric = state_->metric,
                                                       .goal = "maximize",
                                                       .candidates = stopping->candidates,
                                                       .epochs = stopping->epochs});
}

TrainingEvaluator::~TrainingEvaluator() = default;

std::vector<Metric> TrainingEvaluator::metrics() const {
  return {{.name = state_->metric, .unit = "%", .cost = CostClass::Expensive}};
}

bool TrainingEvaluator::deterministic() const {
  return state_->options.device == "cpu" && !state_->stopping;
}

void TrainingEvaluator::recall(std::span<const Outcome> outcomes) {
  if (state_->stopping) state_->stopping->add(outcomes);
}

spaces::NetworkInput TrainingEvaluator::input() const { return state_->data.input; }

void TrainingEvaluator::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                                 std::stop_token stop) {
  if (state_->stopping) state_->stopping->begin_block();
  state_->evaluate(feed_of(block), sink, stop);
}

void TrainingEvaluator::evaluate_each(const CandidateFeed& next, const OutcomeSink& sink,
                                      const std::stop_token& stop) {
  // Whoever comes later is compared with all who have finished by now.
  const CandidateFeed feed = [&] {
    if (state_->stopping) state_->stopping->begin_block();
    return next();
  };
  state_->evaluate(feed, sink, stop);
}

void TrainingEvaluator::State::evaluate(const CandidateFeed& next, const OutcomeSink& sink,
                                        const std::stop_token& stop) const {
  // Held while one of the two is called. Both work in arenas of their own, if at all, so that a
  // thread that holds it never takes up another training.
  std::mutex mutex;
  std::size_t begun = 0;
  const auto train_one_by_one = [&](std::size_t /*thread*/) {
    while (true) {
      std::optional<Candidate> candidate;
      std::size_t number = 0;
      {
        const std::scoped_lock lock(mutex);
        if (!stop.stop_requested()) candidate = next();
        if (!candidate) return;
        number = begun++;
      }
      std::optional<Outcome> outcome = outcome_of(*candidate, stop);
      if (!outcome) return;
      const std::scoped_lock lock(mutex);
      sink(number, std::move(*outcome));
    }
  };
  const int threads = tbb::this_task_arena::max_concurrency();
  const int concurrency = options.concurrency > 0
                              ? std::min(static_cast<int>(options.concurrency), threads)
                              : (options.device == "cpu" ? threads : 1);
  tbb::task_arena arena(concurrency);
  arena.execute([&] { parallel_for(static_cast<std::size_t>(concurrency), train_one_by_one); });
}

std::optional<TrainingResult> TrainingEvaluator::train(
    const graph::Graph& network, std::uint64_t seed, std::stop_token stop,
    const std::function<void(const TrainingProgress&)>& on_epoch) const {
  return state_->train(network, seed, stop, /*full=*/true, on_epoch, {});
}

}  // namespace evonas::evaluation
