#include "base/md5.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace evonas;

namespace {

std::vector<std::string> md5_hex(const std::vector<std::string>& texts) {
  const std::vector<std::string_view> messages(texts.begin(), texts.end());
  std::vector<Md5Digest> digests(texts.size());
  md5(messages, digests);
  std::vector<std::string> result;
  for (const Md5Digest& digest : digests) {
    result.emplace_back(32, '?');
    write_hex(digest, result.back().data());
  }
  return result;
}

std::string alphabet(std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

}  // namespace

TEST_CASE("md5 of the messages of RFC 1321, all at once") {
  CHECK(md5_hex({"", "a", "abc", "message digest", "abcdefghijklmnopqrstuvwxyz",
                 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                 "1234567890123456789012345678901234567890123456789012345678901234567890123456789"
                 "0"}) ==
        std::vector<std::string>{
            "d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661",
            "900150983cd24fb0d6963f7d28e17f72", "f96b697d7cb7938d525a2f31aaf161d0",
            "c3fcd3d76192e4007dfb496cca67e13b", "d174ab98d277d9f5a5611c2c9f419d9f",
            "57edf4a22be3c955ac49da2e2107b67a"});
}

TEST_CASE("md5 where the padding begins a block of its own") {
  const std::vector<std::pair<std::size_t, std::string>> published{
      {55, "0d7ae056b2f015cd7dc67494efd658f1"},  {56, "31fcfb5165169eb55898e7e4cf34d19a"},
      {57, "fd62afaf3aa1e2a52882cb464f5ccc4d"},  {63, "1b30c0670c15e7da3c2ba7bce77ebe99"},
      {64, "a2eaf6295c32adc403865fd96a2f182b"},  {65, "eba2cce0ca8df47e62414a736b3105a2"},
      {119, "b05187e08da41fa3ef16bd56afaafd99"}, {120, "62af9b597a9f55e16ab2b897387fc052"},
      {128, "3e8c1ccbd71838ef3df4b72e57fb9bf6"}, {1000, "303fb697b589019cb3edba04b794e575"},
  };
  std::vector<std::string> texts;
  std::vector<std::string> expected;
  for (const auto& [length, hex] : published) {
    texts.push_back(alphabet(length));
    expected.push_back(hex);
  }
  CHECK(md5_hex(texts) == expected);
}

TEST_CASE("md5 of many messages is the md5 of each") {
  std::vector<std::string> texts;
  for (std::size_t length = 0; length < 300; ++length) texts.push_back(alphabet(length * 7 % 300));
  const std::vector<std::string> together = md5_hex(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) CHECK(md5_hex({texts[i]})[0] == together[i]);
  CHECK(md5_hex({}).empty());
}
