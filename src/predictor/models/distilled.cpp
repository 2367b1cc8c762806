#include "predictor/models/distilled.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/nn/module.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/fit_together.hpp"
#include "predictor/models/layers.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kStudentChunk = 1024;  // architectures in one task of a prediction
constexpr double kLeastDeviation = 1e-3;     // of a score
constexpr double kLargestFeature = 8.0;      // deviations from what is usual
constexpr double kDeviationWeight = 0.1;     // of the deviation's error in the loss
constexpr double kShareOfTeacher = 0.7;      // of the time of a fit, as progress tells it
constexpr double kRefreshRate = 0.25;        // learning rate of a refresh, as a share of a fit's
constexpr std::int64_t kWidest = 1 << 14;    // student that is read from a file

/// A perceptron with two hidden layers that yields, of each metric, a score and the logarithm of
/// its deviation.
struct Student final : torch::nn::Module {
  Student(std::size_t features, std::int64_t width, std::size_t metrics)
      : first(register_module("first", linear(static_cast<std::int64_t>(features), width, true))),
        second(register_module("second", linear(width, width, true))),
        last(register_module("last", linear(width, 2 * static_cast<std::int64_t>(metrics), true))) {
  }

  torch::Tensor forward(const torch::Tensor& features) {
    return last(torch::silu(second(torch::silu(first(features)))));
  }

  void draw_weights(std::uint64_t seed) {
    const torch::NoGradGuard no_gradients;
    const at::Generator generator = at::detail::createCPUGenerator(seed);
    for (torch::Tensor& parameter : parameters()) {
      if (parameter.dim() == 1) {
        parameter.zero_();
      } else {
        parameter.normal_(0.0, 1.0 / std::sqrt(parameter.size(1)), generator);
      }
    }
  }

  void copy_weights(const Student& other) {
    const torch::NoGradGuard no_gradients;
    const std::vector<torch::Tensor> from = other.parameters();
    const std::vector<torch::Tensor> to = parameters();
    for (std::size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i]);
  }

  torch::nn::Linear first;
  torch::nn::Linear second;
  torch::nn::Linear last;
};

/// Features of architectures as a student reads them.
torch::Tensor rows_of(const GraphFeatures& features, std::span<const spaces::Genotype> block) {
  const std::vector<double> values = features.compute(block);
  torch::Tensor rows = torch::empty(
      {static_cast<std::int64_t>(block.size()), static_cast<std::int64_t>(features.size())});
  std::ranges::transform(values, rows.data_ptr<float>(), [](double value) {
    return static_cast<float>(std::clamp(value, -kLargestFeature, kLargestFeature));
  });
  return rows;
}

/// What a student is to yield: graphs x (score, logarithm of its deviation) of each metric.
torch::Tensor targets_of(std::span<const std::vector<Prediction>> predictions) {
  const std::size_t graphs = predictions.front().size();
  torch::Tensor targets = torch::empty(
      {static_cast<std::int64_t>(graphs), 2 * static_cast<std::int64_t>(predictions.size())});
  float* at = targets.data_ptr<float>();
  for (std::size_t i = 0; i < graphs; ++i) {
    for (const std::vector<Prediction>& of_metric : predictions) {
      *at++ = static_cast<float>(of_metric[i].mean);
      *at++ = static_cast<float>(std::log(std::max(of_metric[i].deviation, kLeastDeviation)));
    }
  }
  return targets;
}

}  // namespace

/// What a fit leaves behind.
struct Distilled::Fitted {
  std::vector<RankNormal> labels;  // by metric
  std::shared_ptr<Student> student;
};

Distilled::Distilled(std::shared_ptr<const GraphFeatures> features,
                     std::unique_ptr<JointPredictor> teacher, const DistillationOptions& options)
    : features_(std::move(features)), teacher_(std::move(teacher)), options_(options) {}

Distilled::~Distilled() = default;

void Distilled::fit(LabelLists labels, const FitControl& control) {
  learn_or_leave(*teacher_, [&] {
    teacher_->fit(scored_lists(rank_each(labels, metrics())),
                  part_of(control, 0.0, kShareOfTeacher));
    teach(labels, nullptr, part_of(control, kShareOfTeacher, 1.0));
  });
}

void Distilled::refresh(LabelLists labels, std::span<const std::size_t> known,
                        const FitControl& control) {
  if (!fitted_ || std::ranges::find(known, std::size_t{0}) != known.end()) {
    fit(labels, control);
    return;
  }
  learn_or_leave(*teacher_, [&] {
    teacher_->refresh(scored_lists(rank_each(labels, metrics())), known,
                      part_of(control, 0.0, kShareOfTeacher));
    teach(labels, fitted_.get(), part_of(control, kShareOfTeacher, 1.0));
  });
}

void Distilled::teach(LabelLists labels, const Fitted* start, const FitControl& control) {
  at::set_num_threads(1);
  const std::vector<spaces::Genotype> labelled = join(labels).architectures;
  // The more a teacher knows, the more a student has to learn from it.
  const std::int64_t pool =
      start != nullptr
          ? options_.refreshed
          : std::clamp(static_cast<std::int64_t>(labelled.size()) * options_.pool_of_label,
                       options_.pool, options_.largest_pool);
  const std::int64_t steps =
      start != nullptr ? options_.refresh_steps : options_.steps * pool / options_.pool;
  const std::vector<spaces::Genotype> architectures = draw_pool(labelled, pool, control.seed);
  auto fitted = std::make_unique<Fitted>(
      Fitted{.labels = transforms_of(rank_each(labels, metrics())),
             .student = std::make_shared<Student>(features_->size(), options_.width, metrics())});
  Student& student = *fitted->student;
  if (start == nullptr) {
    student.draw_weights(derive_seed(control.seed, "weights of a student", 0));
  } else {
    student.copy_weights(*start->student);
  }
  const torch::Tensor rows = rows_of(*features_, architectures);
  const torch::Tensor targets = targets_of(teacher_->predict(architectures));
  const torch::Tensor weights = torch::tensor({1.0F, static_cast<float>(kDeviationWeight)})
                                    .unsqueeze(0)
                                    .repeat({1, static_cast<std::int64_t>(metrics())});
  Rng rng(control.seed, "batches of a student");
  train_network(student, steps,
                {.learning_rate = options_.learning_rate * (start == nullptr ? 1.0 : kRefreshRate),
                 .weight_decay = 1e-3},
                control, [&] {
                  std::vector<std::int64_t> chosen;
                  for (std::int64_t i = 0; i < options_.batch; ++i) {
                    chosen.push_back(static_cast<std::int64_t>(rng.below(architectures.size())));
                  }
                  const torch::Tensor index = torch::tensor(chosen, torch::kInt64);
                  const torch::Tensor error =
                      student.forward(rows.index_select(0, index)) - targets.index_select(0, index);
                  return (error.square() * weights).mean();
                });
  fitted_ = std::move(fitted);
}

std::vector<spaces::Genotype> Distilled::draw_pool(std::span<const spaces::Genotype> labelled,
                                                   std::int64_t count, std::uint64_t seed) const {
  const spaces::AnySpace& space = features_->view().space();
  std::vector<spaces::Genotype> pool;
  for (std::int64_t i = 0; i < count; ++i) {
    Rng rng(seed, "pool of a student", static_cast<std::uint64_t>(i));
    const bool is_mutant = static_cast<double>(i) < options_.mutants * static_cast<double>(count);
    pool.push_back(is_mutant ? space.mutate(labelled[rng.below(labelled.size())], rng)
                             : space.sample(rng));
  }
  pool.insert(pool.end(), labelled.begin(), labelled.end());
  return pool;
}

std::vector<std::vector<Prediction>> Distilled::predict(
    std::span<const spaces::Genotype> block) const {
  fitted();
  std::vector<std::vector<Prediction>> predictions(metrics(),
                                                   std::vector<Prediction>(block.size()));
  parallel_chunks(block.size(), kStudentChunk, [&](std::size_t first, std::size_t count) {
    const torch::InferenceMode inference;
    const torch::Tensor outputs =
        fitted_->student->forward(rows_of(*features_, block.subspan(first, count))).contiguous();
    const float* at = outputs.data_ptr<float>();
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t metric = 0; metric < predictions.size(); ++metric, at += 2) {
        predictions[metric][first + i] = fitted_->labels[metric].prediction(at[0], std::exp(at[1]));
      }
    }
  });
  return predictions;
}

std::size_t Distilled::parameters() const {
  return teacher_->parameters() + (fitted_ ? count_weights(*fitted_->student) : 0);
}

double Distilled::multiply_accumulates(std::size_t /*nodes*/) const {
  const Student& student = *fitted().student;
  return static_cast<double>(student.first->weight.numel() + student.second->weight.numel() +
                             student.last->weight.numel());
}

nlohmann::json Distilled::state() const {
  nlohmann::json student = nlohmann::json::array();
  for (const torch::Tensor& parameter : fitted().student->parameters()) {
    student.push_back(state_of(parameter));
  }
  return {{"space", features_->key().hex()},
          {"labels", state_of(fitted_->labels)},
          {"width", fitted_->student->second->weight.size(0)},
          {"student", std::move(student)},
          {"teacher", teacher_->state()}};
}

void Distilled::restore(const nlohmann::json& state) {
  check_same_space(state.at("space"), features_->key());
  const auto width = state.at("width").get<std::int64_t>();
  if (width < 1 || width > kWidest) {
    throw PredictorError(fmt::format("a student {} wide, expected from 1 to {}", width, kWidest));
  }
  auto fitted = std::make_unique<Fitted>(
      Fitted{.labels = transforms_from(state.at("labels"), metrics()),
             .student = std::make_shared<Student>(features_->size(), width, metrics())});
  restore_weights(*fitted->student, state.at("student"));
  teacher_->restore(state.at("teacher"));
  fitted_ = std::move(fitted);
}

const Distilled::Fitted& Distilled::fitted() const {
  if (!fitted_) throw PredictorError("the student has not been fitted yet");
  return *fitted_;
}

}  // namespace evonas::predictor
