#include "engine/attention/registry.h"

#include <algorithm>
#include <tuple>

#include "module_table.inc"

namespace fovea {

const std::vector<const ModuleInfo*>& modules() {
    static const std::vector<const ModuleInfo*> kModules = [] {
        auto table = moduleTable();
        std::sort(table.begin(), table.end(), [](const ModuleInfo* a, const ModuleInfo* b) {
            return std::tie(a->domain, a->year, a->id) < std::tie(b->domain, b->year, b->id);
        });
        return table;
    }();
    return kModules;
}

const ModuleInfo* findModule(std::string_view id) {
    const auto& all = modules();
    const auto it = std::find_if(all.begin(), all.end(), [id](const ModuleInfo* m) { return m->id == id; });
    return it == all.end() ? nullptr : *it;
}

}  // namespace fovea
