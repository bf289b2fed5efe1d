import Foundation
import TestSupport
import XCTest

/// A golden file of this target.
func golden(_ name: String) throws -> URL {
    try XCTUnwrap(Bundle.module.resourceURL).appendingPathComponent("Golden/\(name)")
}
