#include "engine/export/frame_csv.h"

#include <utility>

#include "engine/export/csv_text.h"

namespace fovea {
namespace {

constexpr std::size_t kBlockBytes = 1 << 15;

/// Fields with commas between them.
class Line final {
public:
    template <class Number>
    Line& number(Number value) {
        return text(csvNumber(value));
    }
    Line& text(const std::string& field) {
        m_text += (m_text.empty() ? "" : ",") + field;
        return *this;
    }
    [[nodiscard]] std::string ended() const { return m_text + '\n'; }

private:
    std::string m_text;
};

}  // namespace

const std::string& frameCsvHeader() {
    static const std::string s_header =
        "frame,source_index,source_time_s,features_ms,module_ms,map,min,max,mean,peak_x,peak_y,range_lo,range_hi,smoothing,"
        "overlay_of\n";
    return s_header;
}

FrameCsv::FrameCsv(AtomicFile file) : m_file(std::move(file)) {}

Result<FrameCsv> FrameCsv::create(const std::string& path) {
    AtomicFile::removeStale(path);
    auto file = AtomicFile::create(path);
    if (!file) {
        return file.error();
    }
    FrameCsv csv(*std::move(file));
    csv.m_pending = frameCsvHeader();
    return csv;
}

Result<void> FrameCsv::append(const FrameRow& row) {
    Line line;
    line.number(row.frame).number(row.sourceIndex).number(row.sourceTime).number(row.featuresMilliseconds);
    if (row.overlay) {
        const OverlayNumbers& o = *row.overlay;
        line.number(o.moduleMilliseconds).text(csvQuoted(o.map)).number(o.min).number(o.max).number(o.mean);
        line.number(o.peakX).number(o.peakY).number(o.rangeLo).number(o.rangeHi).number(o.smoothing).number(o.overlayOf);
    } else {
        line.text(std::string(10, ','));
    }
    m_pending += line.ended();
    return m_pending.size() < kBlockBytes ? Result<void>() : flush();
}

Result<void> FrameCsv::flush() {
    auto written = m_file.write(m_pending.data(), m_pending.size());
    m_pending.clear();
    return written;
}

Result<void> FrameCsv::close() {
    auto written = flush();
    return written ? m_file.sync() : written;
}

Result<void> FrameCsv::commit() { return m_file.commit(); }

}  // namespace fovea
