#pragma once

#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/evaluation/map_score.h"
#include "engine/models/bundle.h"
#include "engine/result.h"

namespace fovea {

/// The name of the file with boxes beside the pictures.
inline constexpr const char* kBoxesFile = "boxes.csv";

/// A picture whose object is known.
struct BoxedPicture {
    std::string file;  ///< relative to the folder; never leads out of it
    int label = 0;     ///< index into the bundle's classes
    PixelBox box;
    int line = 0;  ///< where it stands in the file, from 1
};

/// Reads `text` in the form of boxes.csv: the header file,class,x0,y0,x1,y1, then one line per picture. A class is the name of
/// one of `classes`, or group/name. Texts may stand in quotes (RFC 4180, on one line). A line which is wrong in any way is an
/// error of one sentence which names `name` and the line.
FOVEA_API Result<std::vector<BoxedPicture>> parseBoxes(const std::string& text, const std::string& name,
                                                       const std::vector<ClassLabel>& classes);

/// parseBoxes() of the boxes.csv in a folder.
FOVEA_API Result<std::vector<BoxedPicture>> readBoxes(const std::string& folder, const std::vector<ClassLabel>& classes);

}  // namespace fovea
