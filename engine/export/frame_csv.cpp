#include "engine/export/frame_csv.h"

#include <utility>

#include "engine/io/csv_text.h"

namespace fovea {
namespace {

/// Fields with commas between them.
class FrameLine final {
public:
    template <class Number>
    FrameLine& number(Number value) {
        return text(csvNumber(value));
    }
    FrameLine& text(const std::string& field) {
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

Result<FrameCsv> FrameCsv::create(const std::string& path, const std::vector<std::string>& keep) {
    AtomicFile::removeStale(path, keep);
    auto file = AtomicFile::create(path);
    if (!file) {
        return file.error();
    }
    const std::string& names = frameCsvHeader();
    if (auto written = file->write(names.data(), names.size()); !written) {
        return written.error();
    }
    return FrameCsv(*std::move(file));
}

Result<void> FrameCsv::append(const FrameRow& row) {
    FrameLine line;
    line.number(row.frame).number(row.sourceIndex).number(row.sourceTime).number(row.featuresMilliseconds);
    if (row.overlay) {
        const OverlayNumbers& o = *row.overlay;
        line.number(o.moduleMilliseconds).text(csvQuoted(o.map)).number(o.min).number(o.max).number(o.mean);
        line.number(o.peakX).number(o.peakY).number(o.rangeLo).number(o.rangeHi).number(o.smoothing).number(o.overlayOf);
    } else {
        line.text(std::string(10, ','));
    }
    // At once: when the program is killed the table must hold a row for each frame which is in the video.
    const std::string text = line.ended();
    return m_file.write(text.data(), text.size());
}

Result<void> FrameCsv::close() { return m_file.sync(); }

Result<void> FrameCsv::commit() { return m_file.commit(); }

}  // namespace fovea
