import Tensor

extension Weights {
    /// Some of these tensors, under other names.
    ///
    /// - Parameter name: what a tensor is called; nil leaves it out. Of two that get one name, the later counts.
    package func renamed(_ name: (String) -> String?) -> Weights {
        var names: [String] = []
        var places: [String: (source: any TensorSource, stored: String)] = [:]
        for old in self.names {
            guard let new = name(old), let place = self.places[old] else { continue }
            if places.updateValue(place, forKey: new) == nil { names.append(new) }
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
}
