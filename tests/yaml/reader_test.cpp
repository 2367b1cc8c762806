#include "yaml/reader.hpp"

#include <doctest/doctest.h>

#include "yaml/writer.hpp"

namespace evonas::yaml {
namespace {

/// A field of each kind that one value or a list can hold.
struct Choices {
  OneOrMore<std::int64_t> kernel{{3}};
  OneOrMore<bool> gate{{false}};
  std::optional<OneOrMore<std::string>> word;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("kernel", kernel, "", between(1, 31));
    visit("gate", gate, "");
    visit("word", word, "", one_of({"relu", "none"}));
  }
};

Choices read(const std::string& text, Findings& findings) {
  Choices choices;
  read_options(parse_document(text, {"file", {}}), choices, findings);
  return choices;
}

TEST_CASE("a field of one or more values takes a value or a list") {
  Findings findings;
  const Choices one = read("{kernel: 5, gate: true, word: relu}", findings);
  CHECK(one.kernel.values == std::vector<std::int64_t>{5});
  CHECK(one.gate.values == std::vector<bool>{true});
  CHECK(one.word->values == std::vector<std::string>{"relu"});
  const Choices more = read("{kernel: [3, 5], gate: [false, true], word: [none, relu]}", findings);
  CHECK(more.kernel.values == std::vector<std::int64_t>{3, 5});
  CHECK(more.gate.values == std::vector<bool>{false, true});
  CHECK(more.word->values == std::vector<std::string>{"none", "relu"});
  CHECK(read("{}", findings).kernel.values == std::vector<std::int64_t>{3});
  CHECK_FALSE(read("{}", findings).word.has_value());
  CHECK(findings.faults().empty());
}

TEST_CASE("each value of a list is checked in its place, and what does not fit is left out") {
  Findings findings;
  const Choices choices = read("kernel:\n - 3\n - 50\n - 5\nword: [relu, rel]\n", findings);
  CHECK(choices.kernel.values == std::vector<std::int64_t>{3, 5});
  REQUIRE(findings.faults().size() == 2);
  CHECK(findings.faults()[0].to_string() == "file:3: kernel[1]: must be at most 31, not 50");
  CHECK(findings.faults()[1].to_string() ==
        "file:5: word[1]: must be one of relu, none, not the text \"rel\" (nearest: relu)");
  Findings empty;
  read("kernel: []", empty);
  REQUIRE(empty.faults().size() == 1);
  CHECK(empty.faults()[0].to_string() ==
        "file:1: kernel: is an empty list: give at least one value");
}

/// A field that one value or a mapping from names can hold.
struct Named {
  OneOrNamed<std::string> kind{.one = "plain"};

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("kind", kind, "", one_of({"plain", "odd"}));
  }
};

Named read_named(const std::string& text, Findings& findings) {
  Named named;
  read_options(parse_document(text, {"file", {}}), named, findings);
  return named;
}

TEST_CASE("a field of one value or of values by name takes a value or a mapping") {
  Findings findings;
  const Named one = read_named("kind: odd", findings);
  CHECK(one.kind.one == "odd");
  REQUIRE(one.kind.of("a") != nullptr);
  CHECK(*one.kind.of("a") == "odd");
  CHECK(to_yaml(one) == "kind: odd\n");
  const Named each = read_named("kind: {b: odd, a: plain}", findings);
  REQUIRE(each.kind.of("b") != nullptr);
  CHECK(*each.kind.of("b") == "odd");
  CHECK(each.kind.of("c") == nullptr);
  CHECK(to_yaml(each) == "kind:\n  a: plain\n  b: odd\n");
  CHECK(read_named(to_yaml(each), findings).kind == each.kind);
  CHECK(read_named("{}", findings).kind == Named().kind);
  CHECK(findings.faults().empty());
}

TEST_CASE("each value by name is checked in its place, and an empty mapping says nothing") {
  Findings findings;
  read_named("kind:\n  a: plain\n  b: od\n", findings);
  REQUIRE(findings.faults().size() == 1);
  CHECK(findings.faults()[0].to_string() ==
        "file:3: kind.b: must be one of plain, odd, not the text \"od\" (nearest: odd)");
  Findings empty;
  read_named("kind: {}", empty);
  REQUIRE(empty.faults().size() == 1);
  CHECK(empty.faults()[0].to_string() ==
        "file:1: kind: is an empty mapping: give a value for all, or by name");
}

/// What vector<bool> cannot be written as.
struct Written {
  OneOrMore<std::int64_t> kernel;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("kernel", kernel, "");
  }
};

TEST_CASE("one value is written without a list") {
  CHECK(to_yaml(Written{{{3}}}) == "kernel: 3\n");
  CHECK(to_yaml(Written{{{3, 5}}}) == "kernel:\n  - 3\n  - 5\n");
}

}  // namespace
}  // namespace evonas::yaml
