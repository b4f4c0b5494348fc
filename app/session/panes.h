#pragma once

#include <utility>
#include <vector>

#include "engine/pipeline/job.h"

namespace fovea {

/// Stands for the number of the active pane, whichever that is.
inline constexpr int kActivePane = -1;

/// A mechanism on the features of a model.
struct Pane {
    const ModuleInfo* module = nullptr;
    int place = 0;        ///< JobId::place of its jobs, which tells the pane from every other as long as it is there
    bool trained = true;  ///< the bundle's weights where it has some; else random ones, to see what training does
    ModelSpec model = RetinaOptions{};

    /// The id of the job which computes the pane.
    [[nodiscard]] JobId jobId() const;
    /// What the bundle in use has for the mechanism, or null.
    [[nodiscard]] const BundleModule* bundleModule() const;
    /// Whether the pane can be switched between trained and random weights.
    [[nodiscard]] bool canBeTrained() const;
};

/// The mechanisms which are compared on one picture: at least one, at most kMaxPanes. One pane is active; all that speaks of “the
/// chosen mechanism” speaks of the active pane's.
class Panes final {
public:
    explicit Panes(Pane first) : m_panes{std::move(first)} {}

    [[nodiscard]] int count() const { return static_cast<int>(m_panes.size()); }
    /// The number of the active pane.
    [[nodiscard]] int active() const { return m_active; }
    /// The active pane.
    [[nodiscard]] const Pane& current() const { return (*this)[m_active]; }
    /// The pane of this number, or the active one for kActivePane.
    [[nodiscard]] const Pane& operator[](int pane) const;
    /// Whether all panes have one model.
    [[nodiscard]] bool haveOneModel() const;
    /// The least Pane::place which no pane has.
    [[nodiscard]] int freePlace() const;
    /// Whether all panes are computed, not the active one alone.
    [[nodiscard]] bool areCompared() const { return m_compared && count() > 1; }

    // The changes below return whether anything has changed.

    /// Numbers beyond the panes mean the nearest one.
    bool setActive(int pane);
    /// The new pane comes last and becomes the active one.
    bool add(const Pane& pane);
    /// The last pane which is left stays.
    bool remove(int pane);
    /// Exchanges the places of two panes. The active number stays, so that what a person works on stays under the hand.
    bool swap(int a, int b);
    /// Whether all panes are computed, as soon as there are several.
    bool setCompared(bool compared);

    /// Of the active pane.
    void setModule(const ModuleInfo* module) { m_panes[static_cast<std::size_t>(m_active)].module = module; }
    void setTrained(bool trained) { m_panes[static_cast<std::size_t>(m_active)].trained = trained; }
    /// Of any pane.
    void setModel(int pane, const ModelSpec& model) { m_panes[static_cast<std::size_t>(pane)].model = model; }
    /// Replaces all panes; an empty list leaves those which are there.
    void setAll(std::vector<Pane> panes, int active);

private:
    std::vector<Pane> m_panes;
    int m_active = 0;
    bool m_compared = false;
};

}  // namespace fovea
