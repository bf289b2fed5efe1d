import Language

extension Value {
    /// The pictures of a list that holds nothing else, as `sample` gives one; empty for any other value, and for longer
    /// lists.
    package func pictures(atMost most: Int) -> [Attachment] {
        guard case .list(let items) = self, !items.isEmpty, items.count <= most else { return [] }
        var pictures: [Attachment] = []
        for item in items {
            guard case .object(let object) = item, object.typeName == "image",
                let picture = try? object.attachment()
            else { return [] }
            pictures.append(picture)
        }
        return pictures
    }
}
