#include "evaluation/training/image_data.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "evaluation/evaluator.hpp"
#include "evaluation/training/image_files.hpp"

namespace evonas::evaluation {
namespace {

// First and one past the last source pixel under target pixel `i` (as adaptive average pooling cuts
// them).
std::pair<std::int64_t, std::int64_t> window(std::int64_t i, std::int64_t from, std::int64_t to) {
  return {i * from / to, ((i + 1) * from + to - 1) / to};
}

Split scale_images(const ImageSet& set, std::span<const std::int64_t> indices,
                   const spaces::NetworkInput& input) {
  Split split;
  split.pixels.reserve(indices.size() *
                       static_cast<std::size_t>(input.height * input.width * input.channels));
  for (const std::int64_t index : indices) {
    split.labels.push_back(set.labels[static_cast<std::size_t>(index)]);
    const std::uint8_t* image = set.pixels.data() + index * set.height * set.width * set.channels;
    for (std::int64_t y = 0; y < input.height; ++y) {
      const auto [top, bottom] = window(y, set.height, input.height);
      for (std::int64_t x = 0; x < input.width; ++x) {
        const auto [left, right] = window(x, set.width, input.width);
        for (std::int64_t c = 0; c < set.channels; ++c) {
          std::int64_t sum = 0;
          for (std::int64_t row = top; row < bottom; ++row) {
            for (std::int64_t column = left; column < right; ++column) {
              sum += image[(row * set.width + column) * set.channels + c];
            }
          }
          split.pixels.push_back(static_cast<float>(sum) /
                                 static_cast<float>(255 * (bottom - top) * (right - left)));
        }
      }
    }
  }
  return split;
}

struct Normalisation {
  std::vector<double> mean;
  std::vector<double> deviation;
};

Normalisation measure(const Split& split, std::int64_t channels) {
  const auto count = static_cast<std::size_t>(channels);
  Normalisation result{.mean = std::vector<double>(count), .deviation = std::vector<double>(count)};
  for (std::size_t i = 0; i < split.pixels.size(); ++i) {
    const auto value = static_cast<double>(split.pixels[i]);
    result.mean[i % count] += value;
    result.deviation[i % count] += value * value;
  }
  const double pixels = static_cast<double>(split.pixels.size()) / static_cast<double>(channels);
  for (std::size_t c = 0; c < count; ++c) {
    result.mean[c] /= pixels;
    result.deviation[c] =
        std::sqrt(std::max(1e-12, result.deviation[c] / pixels - result.mean[c] * result.mean[c]));
  }
  return result;
}

void normalise(Split& split, const Normalisation& by) {
  for (std::size_t i = 0; i < split.pixels.size(); ++i) {
    const std::size_t c = i % by.mean.size();
    split.pixels[i] =
        static_cast<float>((static_cast<double>(split.pixels[i]) - by.mean[c]) / by.deviation[c]);
  }
}

}  // namespace

spaces::NetworkInput training_input(const TrainingOptions& options) {
  const ImageSet format = image_format(options.data);
  if (options.resolution > format.height) {
    throw EvaluationError(fmt::format("resolution {}: the images of {} have only {}x{} pixels",
                                      options.resolution, options.data, format.height,
                                      format.width));
  }
  const std::int64_t side = options.resolution == 0 ? format.height : options.resolution;
  return {.channels = format.channels, .height = side, .width = side, .classes = format.classes};
}

ImageData load_image_data(const TrainingOptions& options, std::uint64_t seed) {
  ImageData data{.input = training_input(options)};
  const ImageFiles files = read_image_files(options.data, options.data_dir);

  const std::int64_t available = files.train.count - options.validation_images;
  const std::int64_t wanted = options.images == 0 ? available : options.images;
  if (wanted > available || available <= 0) {
    throw EvaluationError(fmt::format(
        "images {} and validation_images {} ask for more than the {} training images of {}", wanted,
        options.validation_images, files.train.count, options.data));
  }
  if (wanted < options.batch) {
    throw EvaluationError(fmt::format("batch {} is larger than the training split of {} images",
                                      options.batch, wanted));
  }
  std::vector<std::int64_t> order(static_cast<std::size_t>(files.train.count));
  std::iota(order.begin(), order.end(), 0);
  Rng rng(seed, "data split");
  rng.shuffle(std::span(order));
  const std::span<const std::int64_t> all(order);
  const auto validation = static_cast<std::size_t>(options.validation_images);
  data.validation = scale_images(files.train, all.first(validation), data.input);
  data.train = scale_images(files.train, all.subspan(validation, static_cast<std::size_t>(wanted)),
                            data.input);
  std::vector<std::int64_t> test(static_cast<std::size_t>(files.test.count));
  std::iota(test.begin(), test.end(), 0);
  data.test = scale_images(files.test, test, data.input);

  const Normalisation by = measure(data.train, data.input.channels);
  for (Split* split : {&data.train, &data.validation, &data.test}) normalise(*split, by);
  return data;
}

void fill_batch(const Split& split, const spaces::NetworkInput& input,
                std::span<const std::int64_t> indices, const TrainingOptions& options, Rng& rng,
                float* pixels) {
  const std::int64_t row = input.width * input.channels;
  const std::int64_t image = input.height * row;
  const bool changes = options.crop > 0 || options.flip || options.cutout > 0;
  for (const std::int64_t index : indices) {
    const float* source = split.pixels.data() + index * image;
    float* target = pixels;
    pixels += image;
    if (!changes) {
      std::copy_n(source, image, target);
      continue;
    }
    const auto offset = [&] {
      return options.crop == 0 ? 0
                               : static_cast<std::int64_t>(
                                     rng.below(static_cast<std::uint64_t>(2 * options.crop + 1))) -
                                     options.crop;
    };
    const std::int64_t down = offset();
    const std::int64_t right = offset();
    const bool flipped = options.flip && rng.chance(0.5);
    for (std::int64_t y = 0; y < input.height; ++y) {
      for (std::int64_t x = 0; x < input.width; ++x) {
        const std::int64_t from_y = y + down;
        const std::int64_t from_x = (flipped ? input.width - 1 - x : x) + right;
        const bool inside =
            from_y >= 0 && from_y < input.height && from_x >= 0 && from_x < input.width;
        for (std::int64_t c = 0; c < input.channels; ++c) {
          target[y * row + x * input.channels + c] =
              inside ? source[from_y * row + from_x * input.channels + c] : 0.0F;
        }
      }
    }
    if (options.cutout == 0) continue;
    const auto middle_y =
        static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(input.height)));
    const auto middle_x =
        static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(input.width)));
    const auto cut = [&](std::int64_t middle, std::int64_t extent) {
      return std::pair(std::max<std::int64_t>(0, middle - options.cutout / 2),
                       std::min(extent, middle - options.cutout / 2 + options.cutout));
    };
    const auto [top, bottom] = cut(middle_y, input.height);
    const auto [left, end] = cut(middle_x, input.width);
    for (std::int64_t y = top; y < bottom; ++y) {
      std::fill(target + y * row + left * input.channels, target + y * row + end * input.channels,
                0.0F);
    }
  }
}

}  // namespace evonas::evaluation
