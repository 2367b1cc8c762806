#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace evonas::evaluation {

/// Labelled images as a data set's official files hold them.
struct ImageSet {
  std::int64_t count = 0;
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t classes = 0;
  std::vector<std::uint8_t> pixels;  ///< images x height x width x channels
  std::vector<std::uint8_t> labels;
};

/// The training and the test file of a data set.
struct ImageFiles {
  ImageSet train;
  ImageSet test;
};

/// Channels, height, width and classes of a data set's images, without pixels. Throws
/// EvaluationError for a name that is none of fashion_mnist, mnist, cifar10, cifar100.
ImageSet image_format(const std::string& data);

/// Reads fashion_mnist and mnist (IDX files, plain or .gz) or cifar10 and cifar100 (binary version)
/// from `folder`; an empty one means where Debian installs the data. Throws EvaluationError naming
/// the file that is missing, truncated or of another format, and what to install.
ImageFiles read_image_files(const std::string& data, const std::filesystem::path& folder);

}  // namespace evonas::evaluation
