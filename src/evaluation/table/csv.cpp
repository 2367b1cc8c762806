#include "evaluation/table/csv.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <csv.h>
#include <fmt/format.h>
#include <zlib.h>

#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {
namespace {

constexpr std::size_t kLongestField = 65536;
constexpr std::size_t kMostColumns = 4096;
constexpr std::size_t kChunk = 65536;

/// A file as its uncompressed bytes. zlib's own reader of files takes what follows a whole gzip
/// member and is none for rubbish to be passed over in silence: rows could be lost.
class Input {
 public:
  explicit Input(const std::filesystem::path& file) : file_(file), stream_(file, std::ios::binary) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) {
      throw EvaluationError(fmt::format("{} is a folder, expected a CSV file", file.string()));
    }
    if (!stream_) {
      throw EvaluationError(
          fmt::format("cannot open the CSV file {}: {}", file.string(), std::strerror(errno)));
    }
    read_bytes();
    is_gzip_ = zlib_.avail_in >= 2 && bytes_[0] == '\x1f' && bytes_[1] == '\x8b';
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (is_gzip_ && inflateInit2(&zlib_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() {
    if (is_gzip_) inflateEnd(&zlib_);
  }

  /// The next bytes; none at the end of the file.
  std::string_view read() {
    while (has_more_ || zlib_.avail_in > 0 || read_bytes()) {
      if (!is_gzip_) return {bytes_.data(), std::exchange(zlib_.avail_in, 0U)};
      if (const std::string_view text = inflate_some(); !text.empty()) return text;
    }
    if (in_member_) fail("unexpected end of file");
    return {};
  }

 private:
  bool read_bytes() {
    stream_.read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
    if (stream_.bad()) fail(std::strerror(errno));
    zlib_.next_in = reinterpret_cast<Bytef*>(bytes_.data());
    zlib_.avail_in = static_cast<uInt>(stream_.gcount());
    return zlib_.avail_in > 0;
  }

  std::string_view inflate_some() {
    if (!in_member_) {
      // Zeros may fill up the last block of a tape or of an archive.
      while (has_ended_ && zlib_.avail_in > 0 && *zlib_.next_in == 0) {
        ++zlib_.next_in;
        --zlib_.avail_in;
      }
      if (zlib_.avail_in == 0) return {};
      inflateReset(&zlib_);
      in_member_ = true;
    }
    zlib_.next_out = reinterpret_cast<Bytef*>(text_.data());
    zlib_.avail_out = static_cast<uInt>(text_.size());
    const int code = inflate(&zlib_, Z_NO_FLUSH);
    has_more_ = code == Z_OK && zlib_.avail_out == 0;
    if (code == Z_STREAM_END) {
      in_member_ = false;
      has_ended_ = true;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      fail(zlib_.msg == nullptr ? zError(code) : zlib_.msg);
    }
    return {text_.data(), text_.size() - zlib_.avail_out};
  }

  [[noreturn]] void fail(const char* reason) const {
    throw EvaluationError(fmt::format(
        "cannot read {} to its end: {}; is the file damaged or cut off?", file_.string(), reason));
  }

  const std::filesystem::path& file_;
  std::ifstream stream_;
  z_stream zlib_{};  // next_in and avail_in are those of bytes_ for plain files too
  bool is_gzip_ = false;
  bool in_member_ = false;  // between the two ends of one
  bool has_ended_ = false;  // a member has
  bool has_more_ = false;   // zlib has, of bytes that it has taken
  std::array<char, kChunk> bytes_{};
  std::array<char, kChunk> text_{};
};

using OnHeader = std::function<void(std::span<const std::string>)>;
using OnRow = std::function<void(std::span<const std::string>, std::size_t)>;

/// Assembles rows out of the fields that libcsv finds.
class RowReader {
 public:
  RowReader(const std::filesystem::path& file, const OnHeader& on_header, const OnRow& on_row)
      : file_(file), on_header_(on_header), on_row_(on_row) {
    // Every line end is reported, blank lines included, so that lines can be counted.
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) {
      throw std::bad_alloc();
    }
  }
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  ~RowReader() { csv_free(&parser_); }

  void read(std::string_view bytes) {
    const std::size_t parsed =
        csv_parse(&parser_, bytes.data(), bytes.size(), &on_field, &on_line_end, this);
    if (error_) std::rethrow_exception(error_);
    if (parsed != bytes.size()) fail_parse();
    if (parser_.entry_pos > kLongestField) fail_length();
  }

  void finish() {
    const int status = csv_fini(&parser_, &on_field, &on_line_end, this);
    if (error_) std::rethrow_exception(error_);
    if (status != 0) fail_parse();
    if (!columns_) {
      throw EvaluationError(
          fmt::format("{} is empty, expected a CSV file that begins with a line of column names",
                      file_.string()));
    }
  }

 private:
  // C code stands between these and read(): exceptions wait in error_ until it has returned.
  static void on_field(void* data, std::size_t size, void* self) {
    static_cast<RowReader*>(self)->guarded([&](RowReader& reader) {
      reader.add_field({static_cast<const char*>(data), size});
    });
  }

  static void on_line_end(int terminator, void* self) {
    static_cast<RowReader*>(self)->guarded([&](RowReader& reader) { reader.end_line(terminator); });
  }

  template <class Step>
  void guarded(const Step& step) {
    if (error_) return;
    try {
      step(*this);
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  void add_field(std::string_view field) {
    after_return_ = false;
    if (field.size() > kLongestField) fail_length();
    if (field.find('\0') != std::string_view::npos) {
      fail("holds a zero byte; expected text, in UTF-8");
    }
    const std::size_t most = columns_.value_or(kMostColumns);
    if (count_ == most) {
      fail(columns_ ? fmt::format("has more than the {} fields that the header has", most)
                    : fmt::format("has more than {} columns", most));
    }
    if (count_ == fields_.size()) fields_.emplace_back();
    fields_[count_++].assign(field);
    for (std::size_t i = 0; i < field.size(); ++i) {
      const bool pair = field[i] == '\r' && i + 1 < field.size() && field[i + 1] == '\n';
      if (field[i] == '\n' || (field[i] == '\r' && !pair)) ++lines_in_row_;
    }
  }

  void end_line(int terminator) {
    if (count_ > 0) end_row();
    const bool second_of_pair = terminator == '\n' && after_return_;
    if (!second_of_pair) line_ += 1 + lines_in_row_;
    lines_in_row_ = 0;
    after_return_ = terminator == '\r';
  }

  void end_row() {
    const std::span<const std::string> row(fields_.data(), count_);
    if (!columns_) {
      columns_ = count_;
      on_header_(row);
    } else if (count_ != *columns_) {
      fail(fmt::format("has {} fields, but the header has {}", count_, *columns_));
    } else {
      on_row_(row, line_);
    }
    count_ = 0;
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw EvaluationError(fmt::format("{}, line {}: {}", file_.string(), line_, what));
  }
  [[noreturn]] void fail_length() const {
    fail(fmt::format("a field is longer than {} bytes; is a quote left open?", kLongestField));
  }
  [[noreturn]] void fail_parse() const {
    fail(
        "a quote stands where none can be, or is left open; a field with quotes, commas or line "
        "ends is written \"...\", with each quote inside doubled");
  }

  const std::filesystem::path& file_;
  const OnHeader& on_header_;
  const OnRow& on_row_;
  csv_parser parser_{};
  std::exception_ptr error_;
  std::vector<std::string> fields_;  // of the row so far; longer than count_ to keep their memory
  std::size_t count_ = 0;
  std::optional<std::size_t> columns_;
  std::size_t line_ = 1;          // where the current row begins
  std::size_t lines_in_row_ = 0;  // line ends inside its quoted fields
  bool after_return_ = false;
};

}  // namespace

void read_csv(const std::filesystem::path& file, const OnHeader& on_header, const OnRow& on_row) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  Input input(file);
  RowReader reader(file, on_header, on_row);
  std::string_view bytes = input.read();
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  for (; !bytes.empty(); bytes = input.read()) reader.read(bytes);
  reader.finish();
}

}  // namespace evonas::evaluation
