#include "cli/run/compressed_file.hpp"

#include <zlib.h>

#include "cli/run/atomic_file.hpp"

namespace evonas::cli {
namespace {

/// The bytes as one gzip member without name and time, so that they depend on nothing else.
std::string compressed(const std::string& text) {
  z_stream stream{};
  constexpr int kGzip = 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, 9,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw FileError("zlib cannot compress: out of memory");
  }
  std::string result(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

}  // namespace

void write_compressed(const std::filesystem::path& file, const std::string& text) {
  write_atomically(file, compressed(text));
}

}  // namespace evonas::cli
