#include "spaces/network_input.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "spaces/search_space.hpp"

using evonas::spaces::NetworkInput;
using evonas::spaces::SpaceError;

TEST_CASE("data sets name their inputs") {
  CHECK(NetworkInput::parse("cifar10") == NetworkInput{3, 32, 32, 10});
  CHECK(NetworkInput::parse("cifar100") == NetworkInput{3, 32, 32, 100});
  CHECK(NetworkInput::parse("imagenet16") == NetworkInput{3, 16, 16, 120});
  CHECK(NetworkInput::parse("imagenet") == NetworkInput{3, 224, 224, 1000});
  CHECK(NetworkInput::parse("fashion_mnist") == NetworkInput{1, 28, 28, 10});
  CHECK(NetworkInput::parse("mnist") == NetworkInput{1, 28, 28, 10});
}

TEST_CASE("an input is read back from its text") {
  CHECK(NetworkInput::parse("2x7x9:3") == NetworkInput{2, 7, 9, 3});
  CHECK(NetworkInput{2, 7, 9, 3}.to_string() == "2x7x9:3");
  CHECK(rc::check([] {
    const NetworkInput input{*rc::gen::inRange(1, 4097), *rc::gen::inRange(1, 4097),
                             *rc::gen::inRange(1, 4097), *rc::gen::inRange(1, 1'000'001)};
    RC_ASSERT(NetworkInput::parse(input.to_string()) == input);
  }));
}

TEST_CASE("other texts are refused") {
  for (const std::string text : {"",
                                 "cifar",
                                 "CIFAR10",
                                 "3x32x32",
                                 "3x32x32:",
                                 "3x32:10",
                                 "3x32x32x10",
                                 "3x32x32:10 ",
                                 " 3x32x32:10",
                                 "3x32x32:10:10",
                                 "0x32x32:10",
                                 "3x0x32:10",
                                 "3x32x32:0",
                                 "-3x32x32:10",
                                 "3x32x32:-1",
                                 "+3x32x32:10",
                                 "3.0x32x32:10",
                                 "3x32x99999999999999999999:10",
                                 "5000x32x32:10",
                                 "3x5000x32:10",
                                 "3x32x32:1000001",
                                 "3x32x32:ten",
                                 "3X32X32:10",
                                 "x:x"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(NetworkInput::parse(text), SpaceError);
  }
}
