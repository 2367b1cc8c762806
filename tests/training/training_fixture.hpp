#pragma once

#include "evaluation/training/training_evaluator.hpp"
#include "spaces/nasbench201.hpp"
#include "temporary_folder.hpp"
#include "training/small_images.hpp"

namespace evonas::tests {

/// NAS-Bench-201 with networks small enough to train in a test.
inline spaces::AnySpace small_space() {
  return spaces::AnySpace(spaces::NasBench201({.channels = 4, .cells_per_stage = 1}));
}

/// Made-up images in a folder, and options of trainings on them that take a moment.
struct TrainingFixture {
  TemporaryFolder folder;
  evaluation::TrainingOptions options;

  TrainingFixture() {
    write_small_fashion_mnist(folder.path());
    options.data_dir = folder.path();
    options.images = 400;
    options.validation_images = 200;
    options.resolution = 14;
    options.batch = 40;
    options.epochs = 4;
  }
};

}  // namespace evonas::tests
