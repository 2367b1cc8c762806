#include "evaluation/training/image_files.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {
namespace {

using Bytes = std::vector<std::uint8_t>;
namespace fs = std::filesystem;

// Twice the largest file of these data sets: what is larger is another file.
constexpr std::size_t kLargestFile = std::size_t{512} << 20U;

// Reads plain and gzip files alike.
Bytes read_file(const fs::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  if (!stream) throw EvaluationError(fmt::format("{}: cannot be opened", file.string()));
  Bytes bytes;
  std::array<std::uint8_t, 1U << 16U> buffer{};
  int got = 0;
  while ((got = gzread(stream.get(), buffer.data(), buffer.size())) > 0) {
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + got);
    if (bytes.size() > kLargestFile) {
      throw EvaluationError(
          fmt::format("{}: larger than any file of these data sets", file.string()));
    }
  }
  int error = Z_OK;
  const char* reason = gzerror(stream.get(), &error);
  if (got < 0 || error != Z_OK) {
    throw EvaluationError(
        fmt::format("{}: damaged or truncated ({}); download it again", file.string(), reason));
  }
  return bytes;
}

struct Idx {
  std::vector<std::int64_t> shape;
  Bytes values;
};

Idx read_idx(const fs::path& file, std::size_t rank) {
  Bytes bytes = read_file(file);
  const std::size_t header = 4 + 4 * rank;
  if (bytes.size() < header || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 ||
      bytes[3] != rank) {
    throw EvaluationError(
        fmt::format("{}: not an IDX file of bytes with {} dimensions", file.string(), rank));
  }
  Idx idx;
  std::size_t count = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::uint8_t* word = &bytes[4 + 4 * i];
    const auto extent = (std::size_t{word[0]} << 24U) | (std::size_t{word[1]} << 16U) |
                        (std::size_t{word[2]} << 8U) | word[3];
    idx.shape.push_back(static_cast<std::int64_t>(extent));
    count *= extent == 0 || count > kLargestFile ? 0 : extent;
  }
  if (count == 0 || bytes.size() - header != count) {
    throw EvaluationError(fmt::format("{}: its header announces {} bytes of data, it holds {}",
                                      file.string(), fmt::join(idx.shape, " x "),
                                      bytes.size() - header));
  }
  idx.values.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
  return idx;
}

fs::path find_idx(const fs::path& folder, const std::string& name, const std::string& data) {
  for (const char* ending : {"", ".gz"}) {
    if (const fs::path file = folder / (name + ending); fs::is_regular_file(file)) return file;
  }
  throw EvaluationError(fmt::format(
      "{}: neither {} nor {}.gz is there; give the folder of the {} files as data_dir{}",
      folder.string(), name, name, data,
      data == "fashion_mnist" ? ", or install the Debian package dataset-fashion-mnist" : ""));
}

void check_labels(const ImageSet& set, const fs::path& file) {
  const auto largest = std::ranges::max(set.labels);
  if (largest >= set.classes) {
    throw EvaluationError(fmt::format("{}: label {} where {} classes are expected", file.string(),
                                      largest, set.classes));
  }
}

ImageSet read_idx_pair(const fs::path& folder, const std::string& prefix, const std::string& data) {
  const fs::path images_file = find_idx(folder, prefix + "-images-idx3-ubyte", data);
  const fs::path labels_file = find_idx(folder, prefix + "-labels-idx1-ubyte", data);
  ImageSet set = image_format(data);
  Idx images = read_idx(images_file, 3);
  Idx labels = read_idx(labels_file, 1);
  if (images.shape[1] != set.height || images.shape[2] != set.width) {
    throw EvaluationError(fmt::format("{}: images of {}x{} where {}x{} are expected",
                                      images_file.string(), images.shape[1], images.shape[2],
                                      set.height, set.width));
  }
  if (images.shape[0] != labels.shape[0]) {
    throw EvaluationError(fmt::format("{}: {} labels for the {} images of {}", labels_file.string(),
                                      labels.shape[0], images.shape[0], images_file.string()));
  }
  set.count = images.shape[0];
  set.pixels = std::move(images.values);
  set.labels = std::move(labels.values);
  check_labels(set, labels_file);
  return set;
}

// Rows of `label_bytes` labels (the last one counts) and 3,072 bytes, one colour plane after the
// other.
void append_cifar(const fs::path& file, std::size_t label_bytes, ImageSet& set) {
  constexpr std::size_t kPlane = 1024;
  if (!fs::is_regular_file(file)) {
    throw EvaluationError(fmt::format(
        "{}: not there; give the folder of the CIFAR binary files as data_dir", file.string()));
  }
  const Bytes bytes = read_file(file);
  const std::size_t row = label_bytes + 3 * kPlane;
  if (bytes.empty() || bytes.size() % row != 0) {
    throw EvaluationError(fmt::format("{}: {} bytes are no whole number of rows of {} bytes",
                                      file.string(), bytes.size(), row));
  }
  for (std::size_t begin = 0; begin < bytes.size(); begin += row) {
    set.labels.push_back(bytes[begin + label_bytes - 1]);
    for (std::size_t p = 0; p < kPlane; ++p) {
      for (std::size_t c = 0; c < 3; ++c) {
        set.pixels.push_back(bytes[begin + label_bytes + c * kPlane + p]);
      }
    }
  }
  set.count = static_cast<std::int64_t>(set.labels.size());
  check_labels(set, file);
}

}  // namespace

ImageSet image_format(const std::string& data) {
  if (data == "fashion_mnist" || data == "mnist") {
    return {.channels = 1, .height = 28, .width = 28, .classes = 10};
  }
  if (data == "cifar10") return {.channels = 3, .height = 32, .width = 32, .classes = 10};
  if (data == "cifar100") return {.channels = 3, .height = 32, .width = 32, .classes = 100};
  throw EvaluationError(
      fmt::format("unknown data set {}; expected fashion_mnist, mnist, cifar10 or cifar100", data));
}

ImageFiles read_image_files(const std::string& data, const fs::path& folder) {
  ImageFiles files{.train = image_format(data), .test = image_format(data)};
  if (data == "fashion_mnist" || data == "mnist") {
    const fs::path installed =
        fs::path("/usr/share/datasets") / (data == "mnist" ? "mnist" : "fashion-mnist");
    const fs::path& where = folder.empty() ? installed : folder;
    files.train = read_idx_pair(where, "train", data);
    files.test = read_idx_pair(where, "t10k", data);
    return files;
  }
  if (folder.empty()) {
    throw EvaluationError(
        fmt::format("data_dir is empty; give the folder of the {} binary files", data));
  }
  if (data == "cifar10") {
    for (int batch = 1; batch <= 5; ++batch) {
      append_cifar(folder / fmt::format("data_batch_{}.bin", batch), 1, files.train);
    }
    append_cifar(folder / "test_batch.bin", 1, files.test);
  } else {
    append_cifar(folder / "train.bin", 2, files.train);
    append_cifar(folder / "test.bin", 2, files.test);
  }
  return files;
}

}  // namespace evonas::evaluation
