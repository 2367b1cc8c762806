#include "evaluation/training/image_files.hpp"

#include <cstdlib>

#include <zlib.h>

#include "contains.hpp"
#include "evaluation/evaluator.hpp"
#include "temporary_folder.hpp"
#include "torch_doctest.hpp"
#include "training/small_images.hpp"

namespace evonas::evaluation {
namespace {

using tests::contains;
using tests::idx;
using tests::TemporaryFolder;
using tests::write_bytes;

std::string failure(const std::string& data, const std::filesystem::path& folder) {
  try {
    read_image_files(data, folder);
    return "";
  } catch (const EvaluationError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("IDX files are read plain and compressed") {
  const TemporaryFolder folder;
  tests::write_small_fashion_mnist(folder.path(), 20, 10);
  const ImageFiles plain = read_image_files("fashion_mnist", folder.path());
  CHECK(plain.train.count == 20);
  CHECK(plain.test.count == 10);
  CHECK(plain.train.labels[13] == 3);
  CHECK(plain.train.pixels.size() == std::size_t{20 * 28 * 28});

  const std::string name = "train-images-idx3-ubyte";
  std::ifstream stream(folder / name, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
  const gzFile file = gzopen((folder / (name + ".gz")).c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  std::filesystem::remove(folder / name);
  CHECK(read_image_files("fashion_mnist", folder.path()).train.pixels == plain.train.pixels);
}

TEST_CASE("CIFAR binary files are read") {
  const TemporaryFolder folder;
  std::vector<std::uint8_t> row(3073, 0);
  row[0] = 7;
  row[1] = 10;         // red of the first pixel
  row[1 + 1024] = 20;  // green
  row[1 + 2048] = 30;  // blue
  for (int batch = 1; batch <= 5; ++batch) {
    write_bytes(folder / ("data_batch_" + std::to_string(batch) + ".bin"), row);
  }
  write_bytes(folder / "test_batch.bin", row);
  const ImageFiles files = read_image_files("cifar10", folder.path());
  CHECK(files.train.count == 5);
  CHECK(files.test.labels == std::vector<std::uint8_t>{7});
  CHECK(files.test.pixels[0] == 10);
  CHECK(files.test.pixels[1] == 20);
  CHECK(files.test.pixels[2] == 30);

  std::vector<std::uint8_t> row100(3074, 1);
  row100[1] = 99;
  write_bytes(folder / "train.bin", row100);
  write_bytes(folder / "test.bin", row100);
  CHECK(read_image_files("cifar100", folder.path()).train.labels == std::vector<std::uint8_t>{99});
}

TEST_CASE("damaged image files are named with what is wrong") {
  const TemporaryFolder folder;
  const auto images = folder / "train-images-idx3-ubyte";
  const auto labels = folder / "train-labels-idx1-ubyte";
  CHECK(contains(failure("fashion_mnist", folder.path()), "dataset-fashion-mnist"));
  CHECK(contains(failure("svhn", folder.path()), "expected fashion_mnist"));
  CHECK(contains(failure("cifar10", {}), "data_dir is empty"));
  CHECK(contains(failure("cifar10", folder.path()), "data_batch_1.bin: not there"));

  tests::write_small_fashion_mnist(folder.path(), 20, 10);
  const auto expect = [&](const std::string& part) {
    const std::string text = failure("fashion_mnist", folder.path());
    CAPTURE(text);
    CHECK(contains(text, part));
    tests::write_small_fashion_mnist(folder.path(), 20, 10);
  };
  write_bytes(images, {1, 2, 3});
  expect("not an IDX file");
  write_bytes(images, idx({20, 28}, {}));
  expect("not an IDX file of bytes with 3 dimensions");
  write_bytes(images, idx({20, 28, 28}, std::vector<std::uint8_t>(100)));
  expect("announces 20 x 28 x 28 bytes of data, it holds 100");
  write_bytes(images, idx({0xffffffff, 0xffffffff, 0xffffffff}, {}));
  expect("announces");
  write_bytes(images, idx({20, 14, 14}, std::vector<std::uint8_t>(std::size_t{20 * 14 * 14})));
  expect("images of 14x14 where 28x28 are expected");
  write_bytes(labels, idx({19}, std::vector<std::uint8_t>(19)));
  expect("19 labels for the 20 images");
  write_bytes(labels, idx({20}, std::vector<std::uint8_t>(20, 10)));
  expect("label 10 where 10 classes are expected");
  write_bytes(labels, {});
  expect("not an IDX file");
  write_bytes(images, {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3});
  expect("damaged or truncated");
  write_bytes(folder / "data_batch_1.bin", std::vector<std::uint8_t>(3072));
  CHECK(contains(failure("cifar10", folder.path()), "no whole number of rows of 3073 bytes"));
}

}  // namespace evonas::evaluation
