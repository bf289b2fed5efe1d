import Basics

/// What the hub, the way there and the cache can object to. No message holds a token.
extension RhumbError {
    // MARK: The environment

    static func badEndpoint(_ text: String) -> RhumbError {
        RhumbError("'HF_ENDPOINT' must be an address such as https://huggingface.co, not '\(text)'")
    }

    static func badTimeout(_ text: String) -> RhumbError {
        RhumbError("'HF_HUB_DOWNLOAD_TIMEOUT' must be seconds from 1 to 86400, not '\(text)'")
    }

    static func unreadableToken(_ path: String) -> RhumbError {
        RhumbError("can't read the token in '\(path)'", hint: "set HF_TOKEN, or HF_TOKEN_PATH to another file")
    }

    static func malformedToken(_ source: String) -> RhumbError {
        RhumbError("the token of \(source) holds blanks or signs that no token has", hint: "copy it once more")
    }

    static var offline: RhumbError {
        RhumbError(
            "HF_HUB_OFFLINE forbids the network", hint: "unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE to download")
    }

    // MARK: The way to the hub

    static let noTransfer = RhumbError("libcurl can't start: there is no memory for it", hint: "end other programs")

    static func unreachable(_ settings: HubSettings, _ reason: String) -> RhumbError {
        RhumbError(
            "can't download from '\(settings.endpoint)': \(reason)",
            hint: "check the network, or 'HF_ENDPOINT'; what has come is kept, and the same command goes on")
    }

    static func notAHub(_ settings: HubSettings) -> RhumbError {
        RhumbError(
            "what answers at '\(settings.endpoint)' does not speak as the hub does",
            hint: "check 'HF_ENDPOINT', and whether this network wants a log-in in a browser first")
    }

    static func unsafeRedirection(from address: String, to next: String) -> RhumbError {
        RhumbError("'\(address.place)' leads to '\(next.place)', which is not encrypted or no web address")
    }

    static func endlessRedirection(_ address: String) -> RhumbError {
        RhumbError("'\(address.place)' leads from one address to another without end")
    }

    // MARK: What the hub refuses

    static func refused(_ refusal: HubClient.Refusal, _ name: HubName, _ revision: String, _ settings: HubSettings)
        -> RhumbError
    {
        let repository = "'\(name.repository)'"
        let tokens = "\(settings.endpoint)/settings/tokens"
        switch refusal.code {
        case "GatedRepo":
            return RhumbError(
                settings.token == nil
                    ? "\(repository) is open to those alone who accept its terms, and no token says who you are"
                    : "\(repository) is open to those alone who accept its terms, as the account of "
                        + "\(settings.token!.source) has not",
                hint: "accept them at \(settings.endpoint)/\(name.repository)"
                    + (settings.token == nil ? ", and set HF_TOKEN to a token of your account (\(tokens))" : ""))
        case "RevisionNotFound":
            return RhumbError(
                "\(repository) has no revision '\(revision)'",
                hint: "a branch, a tag or a commit of 40 digits: see \(settings.endpoint)/\(name.repository)/commits")
        case "EntryNotFound":
            return RhumbError("\(repository) has no file '\(name.path ?? refusal.address.place)'")
        default: break
        }
        let isRefusedToken = refusal.message?.contains("Invalid credentials") == true
        if refusal.status == 401, let token = settings.token, isRefusedToken {
            return RhumbError("the hub does not know the token of \(token.source)", hint: "make a new one at \(tokens)")
        }
        if refusal.code == "RepoNotFound" || refusal.status == 401 || refusal.status == 404 && refusal.code == nil {
            return RhumbError(
                "the hub has no \(repository), or does not show it to "
                    + (settings.token == nil ? "whom it does not know" : "the account of \(settings.token!.source)"),
                hint: "check the spelling at \(settings.endpoint)/\(name.repository); a private one needs HF_TOKEN")
        }
        let said = refusal.message.map { ": \($0.prefix(300))" } ?? ""
        return RhumbError(
            "the hub answered \(refusal.status)\(said)",
            hint: refusal.isTransient
                ? "try again in a while; what has come is kept" : "asked was \(refusal.address.place)")
    }

    // MARK: Repositories

    static func unsafePath(_ path: String) -> RhumbError {
        RhumbError("the hub lists a file '\(path)', whose path leads out of the repository or into no folder")
    }

    static func noSuchFile(_ path: String, _ repository: String, among paths: [String]) -> RhumbError {
        let names = Set(paths + paths.map { $0.split(separator: "/").dropLast().joined(separator: "/") }).sorted()
        let inside = paths.first { $0.hasSuffix("/" + path) }
        return RhumbError(
            "'\(repository)' has no file or folder '\(path)'",
            hint: (inside ?? Suggestion.closest(to: path, in: names)).map { "did you mean '\(repository):\($0)'?" }
                ?? "there are: \(Words.listed(paths, most: 6))")
    }

    static func noWeights(_ repository: String, _ folder: String, variant: String?, there: [String]) -> RhumbError {
        let place = folder.isEmpty ? "'\(repository)'" : "'\(folder)' of '\(repository)'"
        return RhumbError(
            "\(place) has no \(variant.map { "weights of the variant '\($0)'" } ?? "file of weights")",
            hint: there.isEmpty
                ? "rhumb fetch \(repository):FILE takes any file" : "there are: \(Words.listed(there, most: 6))")
    }

    static func severalWeights(_ repository: String, _ files: [HubFile]) -> RhumbError {
        let listed = files.map { "\($0.path) (\(Words.bytes($0.size)))" }
        return RhumbError(
            "'\(repository)' has \(Words.count(files.count, "file")) of weights, and nothing that says which is meant",
            hint: "name one: rhumb fetch \(repository):\(files[0].path); there are: \(Words.listed(listed, most: 8))")
    }

    // MARK: Downloads

    static func noRoom(_ needed: Int, _ free: Int, in folder: String) -> RhumbError {
        RhumbError(
            "\(Words.bytes(needed)) are to be downloaded, and the disk of '\(folder)' has \(Words.bytes(free)) left",
            hint: "free some space, or choose another place: HF_HUB_CACHE=/path")
    }

    static func wrongContents(_ path: String, expected: String, found: String) -> RhumbError {
        RhumbError(
            "'\(path)' did not arrive as it was sent: its checksum must be \(expected.prefix(12))…, not "
                + "\(found.prefix(12))…; it was thrown away",
            hint: "try again; if it stays so, something between here and the hub changes what it passes on")
    }

    static func tooLong(_ path: String, _ size: Int) -> RhumbError {
        RhumbError("the server sends more than the \(size) bytes that '\(path)' has; it was thrown away")
    }

    static func otherContents(_ path: String) -> RhumbError {
        RhumbError("the hub's list of files and its answer disagree on '\(path)'", hint: "try again in a while")
    }
}

extension String {
    /// An address without what follows the question mark, where signed addresses carry secrets.
    fileprivate var place: String { String(prefix { $0 != "?" }) }
}
