#include <QCoreApplication>

#include <nlohmann/json.hpp>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "engine/attention/registry.h"

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

const char* typeName(ParamType type) {
    switch (type) {
        case ParamType::Real:
            return "real";
        case ParamType::Int:
            return "int";
        case ParamType::Bool:
            return "bool";
        case ParamType::Choice:
            return "choice";
        case ParamType::ChoiceSet:
            return "choices";
        case ParamType::Point:
            return "point";
        case ParamType::IntList:
            return "ints";
    }
    return "";
}

Json paramJson(const ParamSpec& spec, const Json& defaults) {
    Json json = {{"key", spec.key}, {"type", typeName(spec.type)}, {"default", defaults.at(spec.key)}};
    if (spec.type == ParamType::Real || spec.type == ParamType::Int || spec.type == ParamType::IntList) {
        json["min"] = spec.min;
        json["max"] = spec.max;
    }
    if (!spec.choices.empty()) {
        json["choices"] = spec.choices;
    }
    json["help"] = spec.help;
    return json;
}

Json moduleJson(const ModuleInfo& info) {
    const Json defaults = Json::parse(ParamSet(info.params).toJson());
    Json params = Json::array();
    for (const auto& spec : info.params) {
        params.push_back(paramJson(spec, defaults));
    }
    Json needs = Json::array();
    const std::pair<bool, const char*> flags[] = {
        {info.needs.clip, "clip"}, {info.needs.gate, "gate"}, {info.needs.hidden, "hidden"}};
    for (const auto& [needed, name] : flags) {
        if (needed) {
            needs.push_back(name);
        }
    }
    return {{"id", info.id},
            {"version", info.version},
            {"title", info.title},
            {"name", info.longTitle},
            {"domain", domainName(info.domain)},
            {"kind", attentionKindName(info.kind)},
            {"learned", info.weights != nullptr},
            {"needs", needs},
            {"year", info.year},
            {"paper", info.paper},
            {"arxiv", info.arxiv},
            {"reference", info.reference},
            {"summary", info.summary},
            {"params", params}};
}

/// The catalogue as a table for the README.
void printTable(const Json& all) {
    const auto text = [](const Json& value) { return QString::fromStdString(value.get<std::string>()); };
    printLine(QStringLiteral("| Id | Mechanism | Weighs | Kind | Weights | Paper |\n|---|---|---|---|---|---|"));
    for (const auto& info : all) {
        const QString arxiv = text(info.at("arxiv"));
        const QString paper = text(info.at("paper"));
        printLine(QStringLiteral("| `%1` | %2 | %3 | %4 | %5 | %6 |")
                      .arg(text(info.at("id")), text(info.at("name")), text(info.at("domain")), text(info.at("kind")),
                           info.at("learned").get<bool>() ? QStringLiteral("learned") : QStringLiteral("none"),
                           arxiv.isEmpty() ? paper : QStringLiteral("[%1](https://arxiv.org/abs/%2)").arg(paper, arxiv)));
    }
}

}  // namespace

int modulesCommand(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QCoreApplication::translate("CommandLine", "Lists the attention modules."));
    const QCommandLineOption json(QStringLiteral("json"),
                                  QCoreApplication::translate("CommandLine", "As JSON, with all parameters."));
    const QCommandLineOption table(QStringLiteral("table"), QCoreApplication::translate("CommandLine", "As a Markdown table."));
    parser.addOptions({json, table});
    if (const int status = parseArguments(parser, arguments, 0); status >= 0) {
        return status;
    }
    Json all = Json::array();
    for (const auto* info : modules()) {
        if (parser.isSet(json) || parser.isSet(table)) {
            all.push_back(moduleJson(*info));
        } else {
            printLine(QStringLiteral("%1 %2 %3 %4  %5")
                          .arg(QString::fromStdString(info->id), -12)
                          .arg(QLatin1String(domainName(info->domain)), -17)
                          .arg(QLatin1String(attentionKindName(info->kind)), -5)
                          .arg(info->year)
                          .arg(QString::fromStdString(info->longTitle)));
        }
    }
    if (parser.isSet(table)) {
        printTable(all);
    } else if (parser.isSet(json)) {
        printLine(QString::fromStdString(all.dump(2)));
    }
    return kExitDone;
}

}  // namespace fovea
