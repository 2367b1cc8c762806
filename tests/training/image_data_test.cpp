#include "evaluation/training/image_data.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "evaluation/evaluator.hpp"
#include "temporary_folder.hpp"
#include "torch_doctest.hpp"
#include "training/small_images.hpp"

namespace evonas::evaluation {
namespace {

TrainingOptions small_options(const tests::TemporaryFolder& folder) {
  TrainingOptions options;
  options.data_dir = folder.path();
  options.images = 300;
  options.validation_images = 200;
  options.batch = 50;
  return options;
}

}  // namespace

TEST_CASE("a data set is split by seed, scaled and normalised") {
  const tests::TemporaryFolder folder;
  tests::write_small_fashion_mnist(folder.path());
  TrainingOptions options = small_options(folder);
  options.resolution = 14;
  const ImageData data = load_image_data(options, 1);
  CHECK(data.input ==
        spaces::NetworkInput{.channels = 1, .height = 14, .width = 14, .classes = 10});
  CHECK(data.train.size() == 300);
  CHECK(data.validation.size() == 200);
  CHECK(data.test.size() == 200);
  double sum = 0.0;
  double square = 0.0;
  for (const float value : data.train.pixels) {
    sum += value;
    square += static_cast<double>(value) * value;
  }
  const auto count = static_cast<double>(data.train.pixels.size());
  CHECK(std::abs(sum / count) < 1e-4);
  CHECK(square / count == doctest::Approx(1.0).epsilon(1e-3));

  CHECK(load_image_data(options, 1).train.pixels == data.train.pixels);
  CHECK(load_image_data(options, 2).train.pixels != data.train.pixels);

  // No image of one split in another: noise makes every image unique.
  std::set<std::vector<float>> seen;
  for (const Split* split : {&data.train, &data.validation}) {
    for (std::int64_t i = 0; i < split->size(); ++i) {
      const auto begin = split->pixels.begin() + i * 14 * 14;
      CHECK(seen.emplace(begin, begin + 14 * 14).second);
    }
  }
}

TEST_CASE("requests that the data cannot meet are refused") {
  const tests::TemporaryFolder folder;
  tests::write_small_fashion_mnist(folder.path());
  TrainingOptions options = small_options(folder);
  options.images = 500;
  CHECK_THROWS_AS(load_image_data(options, 1), EvaluationError);
  options = small_options(folder);
  options.batch = 301;
  CHECK_THROWS_AS(load_image_data(options, 1), EvaluationError);
  options = small_options(folder);
  options.resolution = 29;
  CHECK_THROWS_AS(load_image_data(options, 1), EvaluationError);
}

TEST_CASE("batches are cropped, flipped and cut out") {
  const spaces::NetworkInput input{.channels = 1, .height = 4, .width = 6, .classes = 2};
  Split split;
  split.pixels.resize(24);
  std::iota(split.pixels.begin(), split.pixels.end(), 1.0F);
  split.labels = {0};
  const std::vector<std::int64_t> indices = {0};
  std::vector<float> pixels(24);
  Rng rng(1, "test");
  fill_batch(split, input, indices, {}, rng, pixels.data());
  CHECK(pixels == split.pixels);

  bool flipped = false;
  for (int i = 0; i < 20; ++i) {
    TrainingOptions flip;
    flip.flip = true;
    fill_batch(split, input, indices, flip, rng, pixels.data());
    const bool mirrored = pixels[0] == 6.0F && pixels[5] == 1.0F && pixels[23] == 19.0F;
    CHECK((mirrored || pixels == split.pixels));
    flipped = flipped || mirrored;
  }
  CHECK(flipped);

  TrainingOptions crop;
  crop.crop = 2;
  for (int i = 0; i < 50; ++i) {
    fill_batch(split, input, indices, crop, rng, pixels.data());
    // Shifted as a whole: where both a pixel and its right neighbour are real they stay neighbours.
    for (std::size_t p = 0; p + 1 < 24; ++p) {
      if (p % 6 != 5 && pixels[p] != 0.0F && pixels[p + 1] != 0.0F)
        CHECK(pixels[p + 1] == pixels[p] + 1);
    }
  }

  TrainingOptions cutout;
  cutout.cutout = 2;
  for (int i = 0; i < 50; ++i) {
    fill_batch(split, input, indices, cutout, rng, pixels.data());
    const auto cut = std::ranges::count(pixels, 0.0F);
    CHECK(cut >= 1);
    CHECK(cut <= 4);
  }
}

}  // namespace evonas::evaluation
