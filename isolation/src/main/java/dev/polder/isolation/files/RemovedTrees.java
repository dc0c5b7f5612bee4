package dev.polder.isolation.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A directory of trees that are to be deleted, a few entries at a time. Owned by one thread.
 *
 * <p>No tree is descended into: each directory that is met in another is moved up, beside the trees. So however deep a tree
 * is, two directories are open; what is left after a crash is found again; and as the kernel moves no mount point, none is
 * ever crossed, not even of the same file system.
 *
 * <p>Processes that a task left may still change what is in a tree, so a pass over the trees may have to be followed by
 * others; a directory that is filled again all the time holds up only itself.
 */
final class RemovedTrees implements AutoCloseable {
    private final OpenDirectory place;
    private @Nullable OpenDirectory pass;
    private @Nullable Iterator<Path> trees;
    private @Nullable OpenDirectory tree;
    private @Nullable Iterator<Path> entries;
    private @Nullable Path treeName;
    private boolean hasDeleted;
    private boolean isLeft;

    /** Owns the directory from now on. */
    RemovedTrees(OpenDirectory place) {
        this.place = place;
    }

    /** How far it has come. */
    enum Progress {
        /** There is more to do in this pass. */
        WITHIN_PASS,
        /** All trees were looked at, and something was deleted or moved, and something is left. */
        PASSED,
        /** Nothing is left that can be deleted. */
        FINISHED
    }

    /** Takes a tree away from where it is, in one step. */
    void take(OpenDirectory parent, Path name) throws IOException {
        String fresh = UUID.randomUUID().toString();
        try {
            place.moveIn(parent, name, fresh);
        } catch (AccessDeniedException e) {
            // who is not root must be able to write to a directory to move it
            try (OpenDirectory directory = parent.child(name.getFileName().toString())) {
                directory.openToOwner();
            }
            place.moveIn(parent, name, fresh);
        }
    }

    /** Looks at one entry. */
    Progress step(TurnBudget budget) throws IOException {
        budget.spend();
        if (tree != null && entries != null && treeName != null) {
            if (entries.hasNext()) {
                delete(tree, entries.next(), budget);
            } else {
                leaveTree(treeName, budget);
            }
            return Progress.WITHIN_PASS;
        }
        if (pass == null || trees == null) {
            pass = OpenDirectory.open(place.path());
            trees = pass.names();
            hasDeleted = false;
            isLeft = false;
        }
        if (trees.hasNext()) {
            enterTree(trees.next().getFileName(), budget);
            return Progress.WITHIN_PASS;
        }
        endPass();
        return isLeft && hasDeleted ? Progress.PASSED : Progress.FINISHED;
    }

    private void enterTree(Path name, TurnBudget budget) throws IOException {
        if (!place.attributesOf(name).isDirectory()) {
            delete(place, name, budget);
            return;
        }
        try {
            tree = place.child(name.toString());
            entries = tree.names();
            treeName = name;
        } catch (IOException e) {
            closeTree();
            isLeft = true;
            budget.tell("removed sandbox " + place.path().resolve(name) + " cannot be entered: " + e);
        }
    }

    private void leaveTree(Path name, TurnBudget budget) throws IOException {
        closeTree();
        try {
            place.deleteDirectory(name);
            count(budget);
        } catch (DirectoryNotEmptyException e) {
            isLeft = true;
        } catch (IOException e) {
            isLeft = true;
            budget.tell("removed sandbox " + place.path().resolve(name) + " cannot be deleted: " + e);
        }
    }

    private void delete(OpenDirectory from, Path name, TurnBudget budget) {
        try {
            if (from.attributesOf(name).isDirectory()) {
                take(from, name);
                isLeft = true;
                hasDeleted = true;
            } else {
                from.deleteFile(name);
                count(budget);
            }
        } catch (NoSuchFileException e) {
            // a process that the task left has deleted or renamed it; in that case the next pass finds it
            isLeft = true;
        } catch (IOException e) {
            isLeft = true;
            budget.tell(from.path().resolve(name.getFileName()) + " of a removed sandbox stays: " + e);
        }
    }

    private void count(TurnBudget budget) {
        hasDeleted = true;
        budget.countDeleted();
    }

    private void closeTree() throws IOException {
        OpenDirectory open = tree;
        tree = null;
        entries = null;
        treeName = null;
        if (open != null) {
            open.close();
        }
    }

    private void endPass() throws IOException {
        OpenDirectory open = pass;
        pass = null;
        trees = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() throws IOException {
        try (place) {
            try {
                closeTree();
            } finally {
                endPass();
            }
        }
    }
}
