#include "common/page/field_mask.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "common/status/status.h"
#include "google/api/field_behavior.pb.h"

namespace yaoshi {
namespace {

using google::protobuf::FieldDescriptorProto;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A resource of our usual shape, made at run time:
//   message Project { name, etag, title, repeated tags, region IMMUTABLE, stage OUTPUT_ONLY, Contact contact }
//   message Contact { phone, verified OUTPUT_ONLY, Contact deputy }
class FieldMaskTest : public ::testing::Test {
 protected:
  FieldMaskTest() : pool_(google::protobuf::DescriptorPool::generated_pool()) {
    google::protobuf::FileDescriptorProto file;
    file.set_name("project.proto");
    file.set_syntax("proto3");
    file.add_dependency("google/api/field_behavior.proto");
    auto* project = file.add_message_type();
    project->set_name("Project");
    Add(*project, "name");
    Add(*project, "etag");
    Add(*project, "title");
    Add(*project, "tags")->set_label(FieldDescriptorProto::LABEL_REPEATED);
    Add(*project, "region", google::api::IMMUTABLE);
    Add(*project, "stage", google::api::OUTPUT_ONLY);
    Add(*project, "contact")->set_type_name(".Contact");
    auto* contact = file.add_message_type();
    contact->set_name("Contact");
    Add(*contact, "phone");
    Add(*contact, "verified", google::api::OUTPUT_ONLY);
    Add(*contact, "deputy")->set_type_name(".Contact");
    type_ = pool_.BuildFile(file)->FindMessageTypeByName("Project");
  }

  static FieldDescriptorProto* Add(google::protobuf::DescriptorProto& message, const std::string& name,
                                   google::api::FieldBehavior behavior = google::api::FIELD_BEHAVIOR_UNSPECIFIED) {
    auto* field = message.add_field();
    field->set_name(name);
    field->set_number(message.field_size());
    field->set_label(FieldDescriptorProto::LABEL_OPTIONAL);
    const bool is_message = name == "contact" || name == "deputy";
    field->set_type(is_message ? FieldDescriptorProto::TYPE_MESSAGE : FieldDescriptorProto::TYPE_STRING);
    if (behavior != google::api::FIELD_BEHAVIOR_UNSPECIFIED) {
      field->mutable_options()->AddExtension(google::api::field_behavior, behavior);
    }
    return field;
  }

  std::unique_ptr<Message> Project(const std::string& text) {
    std::unique_ptr<Message> message(factory_.GetPrototype(type_)->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get())) << text;
    return message;
  }

  static FieldMask Mask(std::initializer_list<std::string> paths) {
    FieldMask mask;
    for (const std::string& path : paths) mask.add_paths(path);
    return mask;
  }

  // `stored` after an update with `mask` and `body`, in one line.
  std::string Updated(const FieldMask& mask, const std::string& body, const std::string& stored) {
    const auto from = Project(body);
    const auto to = Project(stored);
    const auto paths = ResolveMask(mask, *from);
    if (!paths.ok()) return std::string(paths.status().message());
    ApplyMask(*paths, *from, *to);
    return to->ShortDebugString();
  }

  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::Descriptor* type_;
};

TEST_F(FieldMaskTest, RefusesPathsThatNameNoWritableField) {
  struct Case {
    std::string path;
    std::string problem;
  };
  for (const Case& c : {
           Case{"", "\"\" is not a path."},
           {"colour", "\"colour\" is no field; there are title, tags, contact."},
           {"Title", "\"Title\" is no field"},
           {"contact.", "\"contact.\" is not a path."},
           {".contact", "\".contact\" is no field"},
           {"contact..phone", "\"contact..phone\" is no field; there are phone, deputy."},
           {"contact.fax", "\"contact.fax\" is no field; there are phone, deputy."},
           {"contact.verified", "\"contact.verified\" is set by the service; leave it out."},
           {"contact.deputy.verified", "is set by the service"},
           {"title.length", "\"title.length\" goes into \"title\", which is updated as a whole."},
           {"tags.0", "goes into \"tags\", which is updated as a whole."},
           {"region", "\"region\" cannot change after creation; leave it out."},
           {"stage", "\"stage\" is set by the service"},
           {"name", "\"name\" identifies the resource"},
           {"etag", "\"etag\" guards the update and is not updated"},
       }) {
    const auto paths = ResolveMask(Mask({c.path}), *Project(""));
    ASSERT_FALSE(paths.ok()) << c.path;
    EXPECT_EQ(ReasonOf(paths.status()), "INVALID_FIELDS");
    EXPECT_EQ(ViolationsOf(paths.status()).at(0).field, "update_mask");
    EXPECT_THAT(ViolationsOf(paths.status()).at(0).description, HasSubstr(c.problem));
  }
}

TEST_F(FieldMaskTest, ReportsAllWrongPathsAtOnceAndHasALimit) {
  EXPECT_EQ(ViolationsOf(ResolveMask(Mask({"x", "title", "*", "stage"}), *Project("")).status()).size(), 3u);
  FieldMask mask;
  for (int i = 0; i <= kMaxMaskPaths; ++i) mask.add_paths("title");
  EXPECT_THAT(std::string(ResolveMask(mask, *Project("")).status().message()), HasSubstr("it has 101 paths"));
}

TEST_F(FieldMaskTest, ResolvesToPathsThatMayBeWritten) {
  const auto body = Project(R"(name: "p" etag: "3" title: "t" region: "r" stage: "s" contact {})");
  EXPECT_THAT(ResolveMask({}, *body).value(), ElementsAre("title", "contact"));
  EXPECT_THAT(ResolveMask({}, *Project("")).value(), IsEmpty());
  EXPECT_THAT(ResolveMask(Mask({"*"}), *body).value(), ElementsAre("title", "tags", "contact"));
  EXPECT_THAT(ResolveMask(Mask({"title", "contact.phone", "title"}), *body).value(),
              ElementsAre("title", "contact.phone"));
  EXPECT_THAT(ResolveMask(Mask({"contact.phone", "contact.deputy.phone", "contact", "contact.deputy"}), *body).value(),
              ElementsAre("contact"));
}

TEST_F(FieldMaskTest, UpdatesWhatTheMaskSays) {
  const std::string stored = R"(title: "old" tags: "a" region: "r" stage: "s" contact { phone: "1" verified: "v" })";
  EXPECT_EQ(Updated({}, R"(title: "new" stage: "x")", stored),
            R"(title: "new" tags: "a" region: "r" stage: "s" contact { phone: "1" verified: "v" })");
  EXPECT_EQ(Updated(Mask({"tags"}), R"(title: "new" tags: "b" tags: "c")", stored),
            R"(title: "old" tags: "b" tags: "c" region: "r" stage: "s" contact { phone: "1" verified: "v" })");
  EXPECT_EQ(Updated(Mask({"title", "tags"}), "", stored),
            R"(region: "r" stage: "s" contact { phone: "1" verified: "v" })");
  EXPECT_EQ(Updated(Mask({"*"}), R"(title: "new" region: "x" stage: "x")", stored),
            R"(title: "new" region: "r" stage: "s")");
  EXPECT_EQ(Updated(Mask({"contact.phone"}), R"(contact { phone: "2" })", stored),
            R"(title: "old" tags: "a" region: "r" stage: "s" contact { phone: "2" verified: "v" })");
}

TEST_F(FieldMaskTest, AReplacedSubMessageKeepsWhatTheServiceSet) {
  EXPECT_EQ(Updated(Mask({"contact"}), R"(contact { verified: "x" deputy { phone: "9" } })",
                    R"(contact { phone: "1" verified: "v" })"),
            R"(contact { verified: "v" deputy { phone: "9" } })");
  EXPECT_EQ(Updated(Mask({"contact"}), R"(contact { verified: "x" deputy { verified: "x" phone: "9" } })", ""),
            R"(contact { deputy { phone: "9" } })");
}

TEST_F(FieldMaskTest, ClearingInsideAMissingMessageCreatesNothing) {
  EXPECT_EQ(Updated(Mask({"contact.phone"}), "", R"(title: "t")"), R"(title: "t")");
  EXPECT_EQ(Updated(Mask({"contact.phone"}), R"(contact { phone: "2" })", ""), R"(contact { phone: "2" })");
  EXPECT_EQ(Updated(Mask({"contact.phone"}), "", R"(contact { phone: "2" verified: "v" })"),
            R"(contact { verified: "v" })");
}

TEST_F(FieldMaskTest, ImmutableFieldsMayBeRepeatedButNotChanged) {
  const auto stored = Project(R"(title: "t" region: "621122")");
  EXPECT_TRUE(CheckImmutable(*Project(R"(title: "x")"), *stored, "project").ok());
  EXPECT_TRUE(CheckImmutable(*Project(R"(region: "621122")"), *stored, "project").ok());
  const absl::Status status = CheckImmutable(*Project(R"(region: "621123")"), *stored, "project");
  EXPECT_EQ(ViolationsOf(status).at(0).field, "project.region");
}

TEST_F(FieldMaskTest, RandomPathsNeverCrash) {
  std::mt19937_64 random(161);
  constexpr std::string_view kPieces[] = {"contact", "phone", "deputy", "title", ".", ".", "*", "tags", "\xFF", "name"};
  const auto body = Project(R"(contact { deputy { phone: "1" } })");
  const auto stored = Project("");
  for (int i = 0; i < 20'000; ++i) {
    std::string path;
    for (auto n = random() % 7; n > 0; --n) path += kPieces[random() % std::size(kPieces)];
    const auto paths = ResolveMask(Mask({path}), *body);
    if (paths.ok()) ApplyMask(*paths, *body, *stored);
  }
}

}  // namespace
}  // namespace yaoshi
