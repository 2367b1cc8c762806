#pragma once

#include <cstdint>
#include <string>

#include "base/fields.hpp"

namespace evonas::evaluation {

/// Recipe of one training: SGD with Nesterov momentum, cosine learning rate with linear warm-up.
struct TrainingOptions {
  std::string data = "fashion_mnist";
  std::string data_dir;
  std::int64_t images = 0;
  std::int64_t resolution = 0;
  std::int64_t validation_images = 5000;
  std::int64_t epochs = 3;
  std::int64_t batch = 128;
  double learning_rate = 0.1;
  double momentum = 0.9;
  double weight_decay = 5e-4;
  double warmup_epochs = 0.5;
  double label_smoothing = 0.0;
  double gradient_clip = 5.0;
  double auxiliary_weight = 0.4;
  std::int64_t crop = 0;
  bool flip = false;
  std::int64_t cutout = 0;
  std::string precision = "float32";
  std::string device = "cpu";
  std::int64_t concurrency = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("data", data, "data set", one_of({"fashion_mnist", "mnist", "cifar10", "cifar100"}));
    visit("data_dir", data_dir,
          "folder of its official files (IDX or CIFAR binary); empty looks where Debian installs "
          "them",
          file_path());
    visit("images", images, "training images, drawn by seed; 0 is all that validation leaves",
          at_least(0));
    visit("resolution", resolution, "side in pixels that images are scaled down to; 0 keeps theirs",
          between(0, 4096));
    visit("validation_images", validation_images,
          "images of the training file kept apart for validation labels", between(1, 1e9));
    visit("epochs", epochs, "passes over the training split", at_least(1));
    visit("batch", batch, "images in a step", between(1, 65536));
    visit("learning_rate", learning_rate, "peak of the cosine schedule", between(0, 100));
    visit("momentum", momentum, "Nesterov momentum", between(0, 0.9999));
    visit("weight_decay", weight_decay, "L2 penalty on weights of Conv and Gemm", between(0, 1));
    visit("warmup_epochs", warmup_epochs, "linear warm-up, in epochs", at_least(0));
    visit("label_smoothing", label_smoothing, "share of the target spread over all classes",
          between(0, 0.9));
    visit("gradient_clip", gradient_clip, "largest norm of the gradient; 0 does not clip",
          at_least(0));
    visit("auxiliary_weight", auxiliary_weight,
          "weight of the loss of auxiliary classifiers, where networks have them", between(0, 10));
    visit("crop", crop, "random crop after padding by this many pixels; 0 is none", between(0, 64));
    visit("flip", flip, "random horizontal flip");
    visit("cutout", cutout, "side of the square cut out at random; 0 is none", between(0, 512));
    visit("precision", precision,
          "number format of activations and kernels; auto is bfloat16 where the processor computes "
          "in it",
          one_of({"float32", "bfloat16", "auto"}));
    visit("device", device, "cpu, cuda or cuda:N");
    visit("concurrency", concurrency,
          "trainings at once, at most one a thread; 0 is one a thread on a cpu and one on a GPU",
          between(0, 1024));
  }
};

}  // namespace evonas::evaluation
