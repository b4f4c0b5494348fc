#pragma once

#include <QComboBox>

#include "engine/pipeline/pipeline.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/numbers.h"
#include "widgets/channel_grid.h"

namespace fovea::test {

/// The window with channels or heads under the picture, and the engine beside it: what it gives for factors the test has chosen.
struct ChannelsWindow : CompareWindow {
    ChannelGrid* grid() const { return part<ChannelGrid>(); }
    std::shared_ptr<const JobResult> module(int pane) const { return session().shown().moduleResult(pane); }
    const FeatureMap& features() const { return session().shown().modelResult()->features->map; }

    QComboBox* boxNamed(const char* name) const {
        const auto boxes = window->findChildren<QComboBox*>();
        const auto it = std::find_if(boxes.begin(), boxes.end(),
                                     [name](const QComboBox* box) { return box->accessibleName() == QLatin1String(name); });
        return it == boxes.end() ? nullptr : *it;
    }

    /// A pass of the engine over the picture and network of the window, with these factors in the panes.
    std::shared_ptr<const FrameResult> byHand(const std::vector<Intervention>& chosen) const {
        PipelineRequest request;
        request.frame = session().shown().result()->frame;
        request.models = {{.model = session().panes().current().model, .jobs = {}}};
        for (int pane = 0; pane < session().panes().count(); ++pane) {
            ModuleJob job = modelJob(*session().panes()[pane].module, session().panes().current().model);
            job.place = session().panes()[pane].place;
            job.predict = bundleOf(session().panes().current().model) != nullptr && pane == session().panes().active();
            job.intervention = chosen[static_cast<std::size_t>(pane)];
            request.models.front().jobs.push_back(job);
        }
        Pipeline pipeline;
        const auto result = pipeline.run(request, {});
        return result ? *result : nullptr;
    }
    /// The values of a map; of a matrix some rows of every head.
    static std::vector<float> numbersOf(const AttentionMap& map) {
        std::vector<float> numbers = map.data.values;
        for (int head = 0; head < headCount(map); ++head) {
            for (int query = 0; query < queryCount(map); query += std::max(1, queryCount(map) / 8)) {
                const auto row = pairwiseRow(map, head, query, false);
                numbers.insert(numbers.end(), row.begin(), row.end());
            }
        }
        return numbers;
    }
    /// What differs between the numbers of a pane and those of such a pass; empty when nothing does.
    QString unlike(const FrameResult& made, int pane) const {
        const FieldSpec field = *session().shown().pictureField(pane);
        const auto expected = made.find(field.job);
        const auto shown = module(pane);
        if (!expected || !shown || !shown->output || !expected->output) {
            return QStringLiteral("no result");
        }
        if (shown->intervention != expected->intervention) {
            return QStringLiteral("other factors");
        }
        const auto& a = *shown->output;
        const auto& b = *expected->output;
        if (maxDifference(valuesOf(a.frames.back()), valuesOf(b.frames.back())) != 0.0) {
            return QStringLiteral("another output");
        }
        for (std::size_t k = 0; k < b.maps.size(); ++k) {
            if (maxDifference(numbersOf(a.maps[k]), numbersOf(b.maps[k])) != 0.0) {
                return QStringLiteral("another map: ") + QString::fromStdString(b.maps[k].name);
            }
        }
        const bool predicted = expected->prediction != nullptr;
        if (predicted && (!shown->prediction || shown->prediction->logits != expected->prediction->logits)) {
            return QStringLiteral("another prediction");
        }
        return unlikeCanvas(made, pane);
    }
    /// The same of what is on its canvas: numbers and pixels.
    QString unlikeCanvas(const FrameResult& made, int pane) const {
        const auto& drawn = canvas(pane)->rendered();
        const auto field = makeField(made, *session().shown().pictureField(pane));
        if (!field || !drawn.field || maxDifference(drawn.field->values, field->values) != 0.0) {
            return QStringLiteral("another field");
        }
        OverlayRequest request = drawn.request;
        request.result = std::make_shared<const FrameResult>(made);
        const auto painted = render(request);
        return matImage(painted.pixels) == pixels(canvas(pane)) ? QString() : QStringLiteral("other pixels");
    }

    /// A tile as the window paints it, and the engine's picture of that channel or head alone; `inset` spares the marks around
    /// it.
    QImage painted(int index, int inset = 0) const {
        const QRect box = grid()->tileRect(index).adjusted(inset, inset, -inset, -inset);
        return grid()->grab().toImage().copy(box).convertToFormat(QImage::Format_RGB32);
    }
    QImage expected(const FrameResult& made, int index, GridMode mode, int inset = 0) const {
        const QRect box = grid()->tileRect(index);
        ChannelGridRequest request;
        request.result = std::make_shared<const FrameResult>(made);
        request.field = *session().shown().field();
        request.subject = grid()->subject();
        request.mode = mode;
        request.among = std::vector<int>{index};
        request.rows = 1;
        request.tileWidth = box.width();
        request.tileHeight = box.height();
        request.style = session().display().style();
        const QImage all = matImage(render(request).pixels).convertToFormat(QImage::Format_RGB32);
        return all.copy(all.rect().adjusted(inset, inset, -inset, -inset));
    }
    bool shows(int index, GridMode mode) const {
        return !grid()->tileRect(index).isNull() && painted(index) == expected(*session().shown().result(), index, mode);
    }

    /// A press on the tile of a channel, which gives the grid the keyboard too.
    void click(int index) const { QTest::mouseClick(grid(), Qt::LeftButton, {}, grid()->tileRect(index).center()); }
    /// A key on the tile which has the keyboard.
    void key(Qt::Key k) const { QTest::keyClick(grid(), k); }
};

}  // namespace fovea::test
