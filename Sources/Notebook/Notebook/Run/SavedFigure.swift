import Language

/// A figure or picture as it was saved: one file for each of its forms.
public struct SavedFigure: Sendable, Equatable {
    public let title: String
    /// The run folder, as messages name it.
    public let folder: String
    /// Paths relative to that folder.
    public let files: [String]

    public init(title: String, folder: String, files: [String]) {
        self.title = title
        self.folder = folder
        self.files = files
    }

    /// The path of the form people look at.
    public var displayPath: String { folder + "/" + (image ?? files.first ?? "") }

    /// The form a document can show.
    public var image: String? {
        files.first { $0.hasSuffix(".png") } ?? files.first { $0.hasSuffix(".svg") || $0.hasSuffix(".jpg") }
    }

    /// File suffix of each media type that is saved; other forms are only shown.
    static let suffixes = [
        "image/png": "png", "image/svg+xml": "svg", "image/jpeg": "jpg", "application/pdf": "pdf",
        "text/x-gnuplot": "gp", "text/plain": "txt", "text/csv": "csv", "application/json": "json",
    ]

    /// The media type of a saved file.
    static func type(of file: String) -> String {
        suffixes.first { file.hasSuffix("." + $0.value) }?.key ?? "application/octet-stream"
    }
}

extension RunFolder {
    /// Saves the forms of an attachment as `figures/<name>.<suffix>`.
    func save(_ attachment: Attachment, as name: String) throws -> SavedFigure {
        var files: [String] = []
        for form in attachment.forms {
            guard let suffix = SavedFigure.suffixes[form.type] else { continue }
            let file = "\(RunFolder.figures)/\(name).\(suffix)"
            try write(form.bytes, to: file)
            files.append(file)
        }
        return SavedFigure(title: attachment.title, folder: path, files: files)
    }
}

extension String {
    /// Lower-case words joined by `-`, for file names: `Steering strength α=2` is `steering-strength-α-2`.
    var slug: String {
        let words = lowercased().split { !($0.isLetter || $0.isNumber) }
        return String(words.joined(separator: "-").prefix(48))
    }
}
