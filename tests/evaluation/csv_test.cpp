#include "evaluation/table/csv.hpp"

#include <stdexcept>

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <zlib.h>

#include "evaluation/evaluator.hpp"
#include "message_of.hpp"
#include "temporary_folder.hpp"

using namespace evonas::tests;
using evonas::evaluation::EvaluationError;
using evonas::evaluation::read_csv;

namespace {

using Fields = std::vector<std::string>;

struct Table {
  Fields columns;
  std::vector<Fields> rows;
  std::vector<std::size_t> lines;

  bool operator==(const Table&) const = default;
};

Table read(const std::filesystem::path& file) {
  Table table;
  read_csv(
      file, [&](std::span<const std::string> row) { table.columns.assign(row.begin(), row.end()); },
      [&](std::span<const std::string> row, std::size_t line) {
        table.rows.emplace_back(row.begin(), row.end());
        table.lines.push_back(line);
      });
  return table;
}

std::string gzipped(const std::string& bytes, const TemporaryFolder& folder) {
  const std::filesystem::path file = folder.path() / "packed";
  const gzFile stream = gzopen(file.c_str(), "wb");
  gzwrite(stream, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(stream);
  return read_text(file);
}

Table read_csv_text(const std::string& bytes) {
  const TemporaryFolder folder;
  return read(folder.write("t.csv", bytes));
}

std::string error_of(const std::string& bytes) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.write("t.csv", bytes);
  return message_of<EvaluationError>([&] { read(file); });
}

std::string quoted_field(const std::string& field) {
  std::string result = "\"";
  for (const char c : field) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

}  // namespace

TEST_CASE("rows come with their fields and lines") {
  const Table expected{{"a", "b"}, {{"1", "2"}, {"3", ""}}, {2, 3}};
  CHECK(read_csv_text("a,b\n1,2\n3,\n") == expected);
  CHECK(read_csv_text("a,b\n1,2\n3,") == expected);
  CHECK(read_csv_text("a,b\r\n1,2\r\n3,\r\n") == expected);
  CHECK(read_csv_text("a,b\r1,2\r3,\r") == expected);
  CHECK(read_csv_text("\xef\xbb\xbf"
                      "a,b\n1,2\n3,\n") == expected);
  CHECK(read_csv_text("\"a\",\"b\"\n\"1\",\"2\"\n\"3\",\"\"\n") == expected);
  CHECK(read_csv_text("a, b\n 1 ,2\n3, \n") == expected);
}

TEST_CASE("lines are counted through blank lines and through quoted fields") {
  CHECK(read_csv_text("a\n\n\n1\n\n2\n").lines == std::vector<std::size_t>{4, 6});
  CHECK(read_csv_text("a\r\n\r\n1\r\n\r\n2\r\n").lines == std::vector<std::size_t>{3, 5});
  CHECK(read_csv_text("a\n\"x\ny\nz\"\n1\n").lines == std::vector<std::size_t>{2, 5});
  CHECK(read_csv_text("a\r\n\"x\r\ny\"\r\n1\r\n").lines == std::vector<std::size_t>{2, 4});
}

TEST_CASE("quoted fields hold anything") {
  CHECK(read_csv_text("a\n\"x,\"\"y\"\",\nz \"\n").rows == std::vector<Fields>{{"x,\"y\",\nz "}});
}

TEST_CASE("a header alone has no rows") {
  CHECK(read_csv_text("a,b\n") == Table{{"a", "b"}, {}, {}});
}

TEST_CASE("gzip is recognised by its content") {
  const TemporaryFolder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + "," + std::to_string(i * 7) + "\n";
  const Table plain = read(folder.write("plain", text));
  CHECK(plain.rows.size() == 50'000);
  CHECK(plain.lines.back() == 50'001);
  CHECK(read(folder.write("packed.csv", gzipped(text, folder))) == plain);
}

TEST_CASE("any table survives writing with quotes") {
  CHECK(rc::check([] {
    const auto width = *rc::gen::inRange<std::size_t>(1, 6);
    const auto field = rc::gen::container<std::string>(
        rc::gen::element('a', '1', ' ', ',', '"', '\n', '\r', ';', '\t', '\xc3', '\xa9', '\\'));
    const auto rows =
        *rc::gen::container<std::vector<Fields>>(rc::gen::container<Fields>(width, field));
    RC_PRE(!rows.empty());
    std::string text;
    for (const Fields& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) text += ',';
        text += quoted_field(row[i]);
      }
      text += "\n";
    }
    const Table table = read_csv_text(text);
    RC_ASSERT(table.columns == rows[0]);
    RC_ASSERT(table.rows == std::vector<Fields>(rows.begin() + 1, rows.end()));
  }));
}

TEST_CASE("malformed files are refused, and the message names file and line") {
  struct Case {
    std::string what;
    std::string bytes;
    std::string expected;
  };
  const std::vector<Case> cases{
      {"empty", "", "is empty, expected a CSV file"},
      {"only blank lines", "\n\n\r\n", "is empty, expected a CSV file"},
      {"only a byte order mark", "\xef\xbb\xbf", "is empty, expected a CSV file"},
      {"row too short", "a,b\n1,2\n3\n", "line 3: has 1 fields, but the header has 2"},
      {"row too long", "a,b\n1,2\n3,4,5\n", "line 3: has more than the 2 fields"},
      {"last row too short", "a,b\n1", "line 2: has 1 fields"},
      {"open quote", "a,b\n1,\"2\n3,4\n",
       "line 2: a quote stands where none can be, or is left open"},
      {"quote inside a field", "a,b\n1,2\"3\n", "line 2: a quote stands"},
      {"text after a quote", "a,b\n1,\"2\"3\n", "line 2: a quote stands"},
      {"zero byte", std::string("a,b\n1,\0\n", 8), "line 2: holds a zero byte"},
      {"utf-16",
       std::string("\xff\xfe"
                   "a\0,\0b\0\n\0",
                   10),
       "line 1: holds a zero byte"},
      {"huge field", "a,b\n1," + std::string(70'000, 'x') + "\n",
       "line 2: a field is longer than 65536 bytes"},
      {"endless quoted field", "a\n\"" + std::string(1'000'000, '\n'),
       "line 2: a field is longer than 65536 bytes; is a quote left open?"},
      {"very many columns", std::string(5'000, ','), "line 1: has more than 4096 columns"},
      {"very many fields", "a\n" + std::string(1'000'000, ','),
       "line 2: has more than the 1 fields"},
      {"gzip header and rubbish", "\x1f\x8b\x08rubbish", "is the file damaged or cut off?"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    const std::string message = error_of(one.bytes);
    CAPTURE(message);
    CHECK(message.find(one.expected) != std::string::npos);
    CHECK(message.find("t.csv") != std::string::npos);
  }
}

TEST_CASE("all members of a gzip file are read, and nothing behind them is passed over") {
  const TemporaryFolder folder;
  std::string rows;
  for (int row = 0; row < 30000; ++row) rows += std::to_string(row) + ",x\n";
  const std::string first = gzipped("a,b\n" + rows, folder);
  const std::string second = gzipped("1,2\n", folder);
  const auto plain = read(folder.write("plain.csv", "a,b\n" + rows + "1,2\n"));
  CHECK(plain.rows.size() == 30001);
  CHECK(read(folder.write("two.csv.gz", first + second)) == plain);
  CHECK(read(folder.write("padded.csv.gz", first + second + std::string(700, '\0'))) == plain);
  for (std::size_t at = 0; at < 3; ++at) {
    std::string damaged = second;
    damaged[at] = 'x';
    CAPTURE(at);
    CHECK(error_of(first + damaged).find("cut off") != std::string::npos);
  }
}

TEST_CASE("a gzip file that was cut off or altered is refused") {
  const TemporaryFolder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + ",x\n";
  const std::string packed = gzipped(text, folder);
  for (const std::size_t size : {packed.size() - 1, packed.size() - 8, packed.size() / 2}) {
    CAPTURE(size);
    CHECK(error_of(packed.substr(0, size)).find("cut off") != std::string::npos);
  }
  std::string altered = packed;
  altered[altered.size() - 5] ^= 1;  // in the checksum
  CHECK(error_of(altered).find("cut off") != std::string::npos);
}

TEST_CASE("what is no file is refused") {
  const TemporaryFolder folder;
  const auto error = [&](const char* name) {
    return message_of<EvaluationError>([&] { read(folder.path() / name); });
  };
  CHECK(error("absent.csv").find("cannot open the CSV file") == 0);
  CHECK(error("absent.csv").find("No such file") != std::string::npos);
  CHECK(error("").find("is a folder, expected a CSV file") != std::string::npos);
}

TEST_CASE("exceptions of the caller pass through the parser") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.write("t.csv", "a\n1\n2\n3\n");
  const auto nothing = [](std::span<const std::string>) {};
  int rows = 0;
  CHECK_THROWS_WITH_AS(read_csv(file, nothing,
                                [&](std::span<const std::string>, std::size_t line) {
                                  ++rows;
                                  if (line == 3) throw std::domain_error("enough");
                                }),
                       "enough", std::domain_error);
  CHECK(rows == 2);
}
