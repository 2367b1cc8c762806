#include <doctest/doctest.h>

#include "malformed_files.hpp"
#include "message_of.hpp"
#include "spaces/declared.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

std::string refusal(const std::filesystem::path& file) {
  return evonas::tests::message_of<SpaceError>([&] { Declared({.file = file.string()}); });
}

}  // namespace

TEST_CASE("every malformed declaration is refused with its place and reason") {
  const auto files = evonas::tests::files_in(EVONAS_SOURCE_DIR "/tests/bad_input/spaces", ".yaml");
  CHECK(files.size() >= 25);
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    const auto expected = evonas::tests::expectations(file);
    CHECK_FALSE(expected.empty());
    const std::string message = refusal(file);
    CAPTURE(message);
    CHECK(message.starts_with(file.string()));
    for (const std::string& text : expected) CHECK(message.find(text) != std::string::npos);
    // Nothing is reported that was not expected.
    CHECK(static_cast<std::size_t>(std::count(message.begin(), message.end(), '\n')) + 1 ==
          expected.size());
  }
}

TEST_CASE("a declaration that cannot be read is refused") {
  CHECK(refusal("/nowhere/space.yaml") == "/nowhere/space.yaml: there is no such file");
  CHECK(refusal(EVONAS_SOURCE_DIR).ends_with("is a folder, not a space declaration file"));
  CHECK(refusal("").find("needs the file that declares it") != std::string::npos);
}

TEST_CASE("no truncation of a declaration brings the reader down") {
  const evonas::tests::TemporaryFolder folder;
  const std::string whole =
      evonas::tests::read_text(EVONAS_SOURCE_DIR "/configs/spaces/reference.yaml");
  for (std::size_t i = 0; i < whole.size(); i += 17) {
    const auto file = folder.write("cut.yaml", whole.substr(0, i));
    try {
      const Declared space({.file = file.string()});
      CHECK(space.format(space.at(0)).size() > 0);
    } catch (const SpaceError& error) {
      CHECK(std::string(error.what()).starts_with(file.string()));
    }
  }
}
