#pragma once

#include <QString>

#include <functional>
#include <optional>
#include <vector>

class QKeyEvent;
class QMenu;

namespace fovea {

// What a person does with the factors of channels or heads, by key or menu: M mutes one or gives it back, S solos it, + and −
// scale it by kFactorStep, R resets all, P pins it.

inline constexpr float kFactorStep = 0.25F;
inline constexpr float kMostFactor = 4.0F;

/// The key of an event as the functions below take it; 0 with Ctrl, Alt or Meta.
[[nodiscard]] int factorKey(const QKeyEvent& event);
/// The factors of `total` channels after the key on the one at `index`, empty when all are 1. Nothing when the key is none of
/// M, S, +, −, R, or needs an index and has none.
[[nodiscard]] std::optional<std::vector<float>> factorsAfter(std::vector<float> factors, int index, int total, int key);
/// The pins after P: one more at the end, or one less.
[[nodiscard]] std::vector<int> pinsAfter(std::vector<int> pins, int index);
/// Entries for all those keys; `act` gets the key. `any`: whether some factor is not 1.
void addFactorActions(QMenu& menu, float factor, bool pinned, bool any, const std::function<void(int key)>& act);
/// "×0.5".
[[nodiscard]] QString factorText(float factor);
/// "muted", "scaled ×0.5"; empty for 1.
[[nodiscard]] QString factorName(float factor);

}  // namespace fovea
