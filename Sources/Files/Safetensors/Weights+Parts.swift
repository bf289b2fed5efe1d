import Tensor

extension Weights {
    /// Some of these tensors, under other names.
    ///
    /// - Parameter name: what a tensor is called; nil leaves it out. Of two that would get one name the second keeps its
    ///   own, so that whoever takes them finds one that has no place.
    package func renamed(_ name: (String) -> String?) -> Weights {
        var names: [String] = []
        var places: [String: (source: any TensorSource, stored: String)] = [:]
        for old in self.names {
            guard let new = name(old), let place = self.places[old] else { continue }
            let free = places[new] == nil ? new : old
            if places.updateValue(place, forKey: free) == nil { names.append(free) }
        }
        return Weights(url: url, names: names, metadata: metadata, places: places)
    }

    /// The tensors whose names begin with a prefix, without it.
    package func part(_ prefix: String) -> Weights {
        renamed { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
    }

    /// The same without a prefix that every name has, of several that programs leave: `module.` of data-parallel
    /// training, `_orig_mod.` of compiled models.
    package func unwrapped(_ prefixes: [String] = ["module.", "_orig_mod."]) -> Weights {
        guard let prefix = prefixes.first(where: { prefix in names.allSatisfy { $0.hasPrefix(prefix) } }),
            !names.isEmpty
        else { return self }
        return part(prefix).unwrapped(prefixes)
    }

    /// How many numbered parts there are below a name: 3 for `x.0.…`, `x.1.…` and `x.2.…`. A number that no model
    /// reaches does not count.
    package func count(below prefix: String) -> Int {
        let start = prefix + "."
        return names.compactMap { name -> Int? in
            guard name.hasPrefix(start) else { return nil }
            return Int(name.dropFirst(start.count).prefix { $0 != "." }).flatMap {
                (0..<10_000).contains($0) ? $0 : nil
            }
        }.max().map { $0 + 1 } ?? 0
    }
}
