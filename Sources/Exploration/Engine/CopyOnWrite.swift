/// A large value behind one reference: copying it costs a retain, and it is copied itself only where it is
/// changed while somebody else holds it.
///
/// The compiler writes out, for each type that holds a value, how all of the value's members are copied,
/// moved and destroyed. A state of some hundred members that twenty views hold made more machine code of that
/// kind than all views together had of their own.
@propertyWrapper
public struct CopyOnWrite<Value: Sendable>: Sendable {
  // Changed only by its one holder.
  @usableFromInline
  final class Storage: @unchecked Sendable {
    @usableFromInline var value: Value
    @inlinable init(_ value: Value) { self.value = value }
  }

  @usableFromInline var storage: Storage

  /// Puts a value behind a reference of its own.
  @inlinable public init(wrappedValue: Value) { storage = Storage(wrappedValue) }

  /// The value; changing it copies it where somebody else holds it.
  @inlinable public var wrappedValue: Value {
    // Lent, not returned: a copy would retain each member at every look at one of them.
    _read { yield storage.value }
    _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.value) }
      yield &storage.value
    }
  }
}
