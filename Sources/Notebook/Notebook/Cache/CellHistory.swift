import Files

/// What a cache remembers of a recipe, to say what has changed.
struct RecipeHistory {
    /// What its cells were made of when they last ran or were brought back.
    var cells: [CellHistory] = []
    /// Marks of the code of every cell that it ever had.
    var seen: Set<String> = []

    static func mark(_ code: String) throws -> String { String(try ValueDigest.of([code]).prefix(16)) }
}

/// What a cell was made of when it last ran: tells what has changed since, never whether something has.
struct CellHistory {
    let number: Int
    let code: String
    let ingredients: [Ingredient]
    /// Why nothing of it was cached.
    let obstacle: String?

    /// One of the things that the key of a cell is made of.
    struct Ingredient: Equatable {
        enum Kind: String {
            case fact, code, marks, parameter, variable, function
        }

        let kind: Kind
        let name: String
        /// Equal for equal ones.
        let identity: String
        /// Short, for messages.
        let shown: String
        /// The cell that it comes from.
        let cell: Int?

        var text: [String] { [kind.rawValue, name, identity] }
    }

    /// The first thing that differs, the most telling kind first.
    ///
    /// - Parameter line: of the first line of code now, in the recipe.
    func difference(from now: [Ingredient], code newCode: String, line: Int) -> CellReason? {
        func changed(_ kind: Ingredient.Kind) -> (old: Ingredient, new: Ingredient)? {
            for new in now where new.kind == kind {
                if let old = ingredients.first(where: { $0.kind == kind && $0.name == new.name }),
                    old.identity != new.identity
                {
                    return (old, new)
                }
            }
            return nil
        }
        if code != newCode { return .codeChanged(line: line + Self.firstDifference(code, newCode)) }
        if changed(.marks) != nil { return .marksChanged }
        if let (old, new) = changed(.parameter) {
            return .valueChanged(name: new.name, cell: nil, from: old.shown, to: new.shown)
        }
        if let (_, new) = changed(.function) { return .functionChanged(name: new.name, cell: new.cell ?? 0) }
        if let (old, new) = changed(.variable) {
            let isParameter = new.cell == nil
            return .valueChanged(
                name: new.name, cell: isParameter ? nil : new.cell, from: old.shown.isEmpty ? nil : old.shown,
                to: new.shown.isEmpty ? nil : new.shown)
        }
        if let (old, new) = changed(.fact) { return .fact(name: new.name, from: old.shown, to: new.shown) }
        let others = Set(ingredients.map(\.name)).symmetricDifference(now.map(\.name))
        return others.isEmpty ? nil : .otherVariables(others.sorted())
    }

    private static func firstDifference(_ old: String, _ new: String) -> Int {
        let old = old.split(separator: "\n", omittingEmptySubsequences: false)
        let new = new.split(separator: "\n", omittingEmptySubsequences: false)
        return new.indices.first { $0 >= old.count || old[$0] != new[$0] } ?? max(0, new.count - 1)
    }
}

extension CellHistory {
    var json: JSON {
        [
            "cell": .integer(number), "code": .string(code), "obstacle": obstacle.map { .string($0) } ?? .null,
            "ingredients": .array(
                ingredients.map {
                    [
                        .string($0.kind.rawValue), .string($0.name), .string($0.identity), .string($0.shown),
                        $0.cell.map { .integer($0) } ?? .null,
                    ]
                }),
        ]
    }

    init?(_ json: JSON) {
        guard let number = json["cell"]?.integer, let code = json["code"]?.string else { return nil }
        self.number = number
        self.code = code
        obstacle = json["obstacle"]?.string
        ingredients = (json["ingredients"]?.array ?? []).compactMap { item in
            guard let parts = item.array, parts.count == 5,
                let kind = parts[0].string.flatMap(Ingredient.Kind.init(rawValue:))
            else { return nil }
            return Ingredient(
                kind: kind, name: parts[1].string ?? "", identity: parts[2].string ?? "", shown: parts[3].string ?? "",
                cell: parts[4].integer)
        }
    }
}
