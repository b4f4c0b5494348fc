#pragma once

struct AVFrame;
struct SwsContext;

namespace cv {
class Mat;
}

namespace fovea {

/// Turns decoded frames of any size and form into upright 8-bit BGR, by the colour matrix and range they state.
class AvPicture final {
public:
    explicit AvPicture(int orientation) noexcept : m_orientation(orientation) {}
    AvPicture(const AvPicture&) = delete;
    AvPicture& operator=(const AvPicture&) = delete;
    ~AvPicture();

    /// CV_8UC3; empty when the frame is in a form which cannot be converted. Throws cv::Exception where there is no memory.
    cv::Mat convert(const AVFrame& frame);

private:
    bool prepare(const AVFrame& frame);

    SwsContext* m_scaler = nullptr;
    int m_orientation;
};

}  // namespace fovea
