#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "evaluation/training/training_options.hpp"
#include "spaces/network_input.hpp"

namespace evonas::evaluation {

/// Images ready for training: scaled down and normalised.
struct Split {
  std::vector<float> pixels;  ///< images x height x width x channels
  std::vector<std::int64_t> labels;

  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
};

/// A data set cut into three. Training and validation images come from the training file, drawn by
/// seed. Immutable after construction, so safe to read from many threads.
struct ImageData {
  spaces::NetworkInput input;
  Split train;
  Split validation;
  Split test;
};

/// Reads, scales, normalises (by mean and deviation of the training split, by channel) and splits.
/// Throws EvaluationError where the files are missing or damaged or hold too few images.
ImageData load_image_data(const TrainingOptions& options, std::uint64_t seed);

/// Copies the images `indices` of `split` into `pixels` (images x height x width x channels), each
/// cropped, flipped and cut out at random as `options` ask. `pixels` must have room for them.
void fill_batch(const Split& split, const spaces::NetworkInput& input,
                std::span<const std::int64_t> indices, const TrainingOptions& options, Rng& rng,
                float* pixels);

}  // namespace evonas::evaluation
