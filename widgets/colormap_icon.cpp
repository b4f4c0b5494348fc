#include "widgets/colormap_icon.h"

#include <QImage>
#include <QPixmap>

namespace fovea {

QIcon colormapIcon(const Colormap& map) {
    QImage image(kSwatchSize, QImage::Format_RGB32);
    for (int x = 0; x < image.width(); ++x) {
        for (int y = 0; y < image.height(); ++y) {
            image.setPixel(x, y, map.table[static_cast<std::size_t>(x * 255 / (image.width() - 1))]);
        }
    }
    return QIcon(QPixmap::fromImage(image));
}

}  // namespace fovea
